import { Injectable } from '@nestjs/common';
import { setImmediate as breathe } from 'node:timers/promises';

import type { Action } from '../../../providers/action.js';
import { describeNothing, describeRecap } from '../heading.js';
import { escapeMarkdown } from '../markdown.js';
import { RecapWriter, type RecapJob, type WriterEvent } from '../recap.writer.js';
import { count, countPeople } from '../tally.js';
import { phraseRest, phraseTopic, type Bullet, type Phrasing } from './phrasing.js';
import { findCancelled } from './reverts.js';
import { chooseTopics } from './topic.js';
import { UnitCollector, type Unit } from './unit.js';

/** Citations of one bullet; how many actions it speaks of stands in its text. */
const MAX_CITATIONS = 8;
/** Actions read between two looks at the clock and the signal. */
const STRIDE = 500;
/** A few words at a time, so that a reader sees it being written. */
const PIECES = /(?:\s*\S+){1,3}\s*/g;

/**
 * Writes without a language model: it sorts, gathers and quotes what people wrote, and says so.
 * The same actions give the same recap, in whichever order they come.
 */
@Injectable()
export class ExtractiveWriter extends RecapWriter {
  override async *write(job: RecapJob, signal: AbortSignal): AsyncGenerator<WriterEvent> {
    const actions = [...job.actions].sort(newestFirst);
    const units = await collectUnits(actions, signal);
    await pause(signal);
    const telling = chooseTelling(units);
    await pause(signal);
    const bullets = phraseBullets(telling, job);

    yield { kind: 'progress', stage: 'writing', done: 0, total: bullets.length };
    const leftOut = countActions(units) - countActions(telling);
    yield* speak(`${describeHeading(job, leftOut)}\n`, signal);

    for (const [index, bullet] of bullets.entries()) {
      yield* speak(`${index === 0 ? '\n' : ''}- ${bullet.text}\n`, signal);
      for (const { id } of bullet.actions.slice(0, MAX_CITATIONS)) {
        yield { kind: 'citation', bullet: index + 1, actionId: id };
      }
    }
    yield {
      kind: 'end',
      stopReason: 'end',
      usage: { writer: 'extractive', inputTokens: 0, outputTokens: 0 },
      uncited: [],
    };
  }
}

const newestFirst = (one: Action, other: Action): number => {
  if (one.timestamp !== other.timestamp) return one.timestamp < other.timestamp ? 1 : -1;
  return one.id < other.id ? -1 : 1;
};

const collectUnits = async (actions: readonly Action[], signal: AbortSignal): Promise<Unit[]> => {
  const collector = new UnitCollector();
  for (const [index, action] of actions.entries()) {
    if (index % STRIDE === 0) await pause(signal);
    collector.add(action);
  }
  return collector.collect();
};

/** All but noise and what was taken back, unless there is nothing else. */
const chooseTelling = (units: readonly Unit[]): readonly Unit[] => {
  const cancelled = findCancelled(units);
  const telling = units.filter((unit) => !unit.noise && !cancelled.has(unit));
  return telling.length > 0 ? telling : units;
};

const countActions = (units: readonly Unit[]): number =>
  units.reduce((sum, unit) => sum + unit.actions.length, 0);

const phraseBullets = (units: readonly Unit[], job: RecapJob): Bullet[] => {
  const phrasing: Phrasing = {
    style: job.style,
    nameRepository: repositoryNames(job.actions),
    namePeople: countPeople(job.actions) > 1,
  };
  const { topics, rest } = chooseTopics(units, job.bullets);
  const bullets = topics.map((topic) => phraseTopic(topic, phrasing));
  return rest.length > 0 && bullets.length < job.bullets
    ? [...bullets, phraseRest(rest, phrasing)]
    : bullets;
};

/** The last part of a repository's name where that is enough to tell it from the others. */
const repositoryNames = (actions: readonly Action[]): ((unit: Unit) => string | undefined) => {
  const fullNames = new Map(actions.map(({ repository }) => [repository.id, repository.fullName]));
  const shortNames = [...fullNames.values()].map(shortName);
  const ambiguous = new Set(shortNames).size < shortNames.length;

  return ({ repository }) => {
    if (fullNames.size < 2) return undefined;
    return escapeMarkdown(ambiguous ? repository.fullName : shortName(repository.fullName));
  };
};

const shortName = (fullName: string): string => fullName.split('/').at(-1) || fullName;

const describeHeading = (job: RecapJob, leftOut: number): string => {
  if (job.actions.length === 0) return describeNothing(job);
  const noun = 'merge, unfinished or reverted action';
  const notes = leftOut > 0 ? [`${count(leftOut, noun)} left out`] : [];
  const language = /^en\b/i.test(job.language) ? '' : ', in English, with titles as written';
  return describeRecap(job, notes, `written without a language model${language}`);
};

async function* speak(text: string, signal: AbortSignal): AsyncGenerator<WriterEvent> {
  for (const [piece] of text.matchAll(PIECES)) {
    await pause(signal);
    yield { kind: 'text', text: piece };
  }
}

/** Lets others run, and ends here when the signal says so. */
const pause = async (signal: AbortSignal): Promise<void> => {
  await breathe();
  signal.throwIfAborted();
};
