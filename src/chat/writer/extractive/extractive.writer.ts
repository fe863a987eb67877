import { Injectable } from '@nestjs/common';
import { setImmediate as breathe } from 'node:timers/promises';

import type { Action } from '../../../providers/action.js';
import { describeNothing, describeRecap } from '../heading.js';
import {
  type QuestionJob,
  type RecapJob,
  RecapWriter,
  type WriterEvent,
  type Written,
} from '../recap.writer.js';
import { count } from '../tally.js';
import { findMatches } from './matches.js';
import {
  type Bullet,
  phraseOpen,
  phraseReleases,
  phraseRest,
  phraseTopics,
  phrasingOf,
} from './phrasing.js';
import { findCancelled } from './reverts.js';
import { chooseTopics } from './topic.js';
import { UnitCollector, type Unit } from './unit.js';

/** Citations of one bullet; how many actions it speaks of stands in its text. */
const MAX_CITATIONS = 8;
/** Actions read between two looks at the clock and the signal. */
const STRIDE = 500;
/** A few words at a time, so that a reader sees it being written. */
const PIECES = /^\s+|\S+\s*(?:\S+\s*){0,2}/g;

/**
 * Writes without a language model: it sorts, gathers and quotes what people wrote, and says so.
 * The same actions give the same recap, in whichever order they come.
 */
@Injectable()
export class ExtractiveWriter extends RecapWriter {
  override write(
    job: RecapJob,
    signal: AbortSignal,
    written?: Written,
  ): AsyncGenerator<WriterEvent> {
    return after(this.recap(job, signal), written);
  }

  override answer(
    job: QuestionJob,
    signal: AbortSignal,
    written?: Written,
  ): AsyncGenerator<WriterEvent> {
    return after(this.matches(job, signal), written);
  }

  override estimate(): number {
    return 0;
  }

  private async *recap(job: RecapJob, signal: AbortSignal): AsyncGenerator<WriterEvent> {
    const actions = [...job.actions].sort(newestFirst);
    const units = await collectUnits(actions, signal);
    await pause(signal);
    const telling = chooseTelling(units);
    await pause(signal);
    const { bullets, untold } = phraseBullets(telling, job);

    yield { kind: 'progress', stage: 'writing', done: 0, total: bullets.length };
    const leftOut = countActions(units) - countActions(telling);
    yield* speak(`${describeHeading(job, leftOut, countActions(untold))}\n`, signal);

    yield* tell(bullets, signal);
  }

  private async *matches(job: QuestionJob, signal: AbortSignal): AsyncGenerator<WriterEvent> {
    const units = await collectUnits([...job.actions].sort(newestFirst), signal);
    await pause(signal);
    const found = findMatches(units, job);
    await pause(signal);
    yield { kind: 'progress', stage: 'writing', done: 0, total: found.bullets.length };
    yield* speak(`${found.heading}\n`, signal);
    yield* tell(found.bullets, signal);
  }
}

/** The bullets with their citations, then the end. */
async function* tell(bullets: readonly Bullet[], signal: AbortSignal): AsyncGenerator<WriterEvent> {
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
    bullets: bullets.length,
    uncited: [],
    doubtful: [],
  };
}

/** The same text comes out every time: what is written already is left out. */
async function* after(
  events: AsyncGenerator<WriterEvent>,
  written: Written = { text: '', citations: [], pending: [] },
): AsyncGenerator<WriterEvent> {
  let characters = written.text.length;
  let citations = written.citations.length;
  for await (const event of events) {
    if (event.kind === 'text') {
      const text = event.text.slice(characters);
      characters -= Math.min(characters, event.text.length);
      if (text) yield { ...event, text };
    } else if (event.kind === 'citation' && citations > 0) {
      citations -= 1;
    } else {
      yield event;
    }
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

/** At most as many bullets as asked for, and what none of them speaks of. */
const phraseBullets = (
  units: readonly Unit[],
  job: RecapJob,
): { bullets: Bullet[]; untold: readonly Unit[] } => {
  const phrasing = phrasingOf(job);
  const { topics, open, releases, rest } = chooseTopics(units, job.bullets);
  const bullets = [
    ...(releases.length > 0 ? [phraseReleases(releases, phrasing)] : []),
    ...phraseTopics(topics, phrasing),
  ];
  const last = open.length > 0 ? [phraseOpen(open, phrasing)] : [];
  return rest.length > 0 && bullets.length + last.length < job.bullets
    ? { bullets: [...bullets, phraseRest(rest, phrasing), ...last], untold: [] }
    : { bullets: [...bullets, ...last], untold: rest };
};

const describeHeading = (job: RecapJob, leftOut: number, untold: number): string => {
  if (job.actions.length === 0) return describeNothing(job);
  const noun = 'merge, unfinished or reverted action';
  const told = leftOut > 0 ? [count(leftOut, noun)] : [];
  const notes = untold > 0 ? [`${untold} not told in so few bullets`] : [];
  const language = /^en\b/i.test(job.language) ? '' : ', in English, with titles as written';
  return describeRecap(
    job,
    { leftOut: told, notes },
    `written without a language model${language}`,
  );
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
