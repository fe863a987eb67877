import type { Action } from '../../../providers/action.js';
import type { Condensed, WriterEvent } from '../recap.writer.js';
import type { Block } from './block.js';
import { chunksOf, type Condensate, type Condenser } from './condenser.js';
import {
  BYTES_A_TOKEN,
  bytesOf,
  estimateTokens,
  keepImportant,
  type Selection,
  shorterAndShorter,
} from './selection.js';

/** From this part of the room on, estimates are not trusted. */
const NEAR = 0.8;

interface RoomOptions {
  /** The tokens all actions together may take. */
  readonly tokens: number;
  /** The tokens that these blocks take, by the API. */
  readonly count: (blocks: readonly Block[]) => Promise<number>;
  readonly condenser: Condenser;
}

/**
 * Fits actions into the room there is: shorter bodies first, then noise out and commits folded into
 * their pull requests, then repositories told in fewer words by a cheaper model; only what even
 * then does not fit is dropped, the least important first, and counted.
 */
export async function* makeRoom(
  actions: readonly Action[],
  { tokens, count, condenser }: RoomOptions,
  signal: AbortSignal,
): AsyncGenerator<WriterEvent, Selection> {
  let bytesAToken: number | undefined;
  let last: Selection = { blocks: [], noise: 0 };
  for (const selection of shorterAndShorter(actions)) {
    last = selection;
    const bytes = bytesOf(selection.blocks);
    if (bytesAToken === undefined) {
      const estimated = estimateTokens(bytes);
      if (estimated <= NEAR * tokens) return selection;
      // Far over it is over however they are counted.
      if (estimated > 4 * tokens) continue;
      const counted = await count(selection.blocks).catch(() => estimated);
      signal.throwIfAborted();
      bytesAToken = bytes / Math.max(1, counted);
    }
    if (bytes / bytesAToken <= tokens) return selection;
  }
  const room = Math.floor(tokens * (bytesAToken ?? BYTES_A_TOKEN));
  return yield* condense(last, room, condenser, signal);
}

async function* condense(
  { blocks, noise }: Selection,
  room: number,
  condenser: Condenser,
  signal: AbortSignal,
): AsyncGenerator<WriterEvent, Selection> {
  const chunks = chunksOf(blocks);
  const done: Condensate[] = [];
  yield { kind: 'progress', stage: 'condensing', done: 0, total: chunks.length };
  for await (const condensate of condenser.condense(chunks, room, signal)) {
    done.push(condensate);
    yield { kind: 'progress', stage: 'condensing', done: done.length, total: chunks.length };
  }
  const { kept, dropped } = keepImportant(
    done.flatMap((condensate) => condensate.blocks),
    room,
  );
  const shortened = done.filter(({ written }) => written).flatMap((one) => one.blocks);
  const omitted = done.reduce((sum, condensate) => sum + condensate.dropped, 0);
  return { blocks: kept, noise, condensed: summary(shortened, kept, dropped + omitted) };
}

const summary = (
  shortened: readonly Block[],
  kept: readonly Block[],
  dropped: number,
): Condensed => {
  const seen = shortened.filter((block) => kept.includes(block)).flatMap(({ actions }) => actions);
  const repositories = new Set(seen.map(({ repository }) => repository.id)).size;
  return { repositories, actions: seen.length, dropped };
};
