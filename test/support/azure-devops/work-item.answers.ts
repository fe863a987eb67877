import type { World, WorldConversation, WorldRepository } from '../world/world.js';
import { identityOf } from './identities.js';
import { type Fields, wiqlFilter } from './wiql.js';

const CLOSED_DATE = 'Microsoft.VSTS.Common.ClosedDate';
/** A query that finds more is refused. */
const MAX_RESULTS = 20_000;
/** A batch takes no more. */
const MAX_BATCH = 200;

interface WorkItem {
  readonly project: string;
  readonly talk: WorldConversation;
}

/** Undefined where there are too many. */
export function wiqlAnswer(world: World, query: string, top: number): unknown {
  const isWanted = wiqlFilter(query, world.viewer);
  const found = workItems(world).filter((item) => isWanted(comparable(item)));
  if (Math.min(found.length, top) >= MAX_RESULTS) return undefined;
  const items = found.slice(0, top).map(({ talk }) => ({ id: talk.number, url: '' }));
  return { queryType: 'flat', queryResultType: 'workItem', workItems: items };
}

/** Undefined where too many are asked for. One that nobody may see is null, as asked for by `Omit`. */
export function batchAnswer(world: World, body: string): unknown {
  const { ids, fields, errorPolicy } = JSON.parse(body) as {
    ids: number[];
    fields: string[];
    errorPolicy: number;
  };
  if (ids.length > MAX_BATCH || errorPolicy !== 2) return undefined;
  const wanted = new Set(ids);
  const items = workItems(world).filter(({ talk }) => wanted.has(talk.number));
  const value = ids.map((id) => {
    const item = items.find(({ talk }) => talk.number === id);
    if (!item) return null;
    const all = Object.entries(shown(world, item));
    return {
      id,
      rev: 1,
      fields: Object.fromEntries(all.filter(([name]) => fields.includes(name))),
    };
  });
  return { count: value.length, value };
}

const known = new WeakMap<World, WorkItem[]>();

function workItems(world: World): WorkItem[] {
  const items = known.get(world) ?? listWorkItems(world);
  known.set(world, items);
  return items;
}

function listWorkItems(world: World): WorkItem[] {
  return world.repositories
    .filter(({ vanished }) => !vanished)
    .flatMap(({ owner, conversations }: WorldRepository) =>
      conversations
        .filter(({ type }) => type === 'issue')
        .map((talk) => ({ project: owner, talk })),
    );
}

function comparable({ project, talk }: WorkItem): Fields {
  return {
    'System.TeamProject': project,
    'System.CreatedBy': talk.author,
    'System.CreatedDate': talk.createdAt,
    [CLOSED_DATE]: talk.closedAt,
  };
}

function shown(world: World, item: WorkItem): Record<string, unknown> {
  return {
    ...comparable(item),
    'System.Title': item.talk.title,
    'System.Tags': 'one; two',
    'System.CreatedBy': identityOf(world, item.talk.author),
  };
}
