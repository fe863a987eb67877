import type { Environment } from '../../../config/environment.js';
import { describeRecap } from '../heading.js';
import type { Condensed, QuestionJob, RecapJob, Turn, WriterEvent } from '../recap.writer.js';
import { count } from '../tally.js';
import type { Block } from './block.js';
import { Condenser } from './condenser.js';
import type { MessagesClient } from './messages.client.js';
import {
  actionsPrompt,
  ANSWER_BULLETS,
  type Prompt,
  questionPrompt,
  recapPrompt,
} from './prompt.js';
import { makeRoom } from './room.js';
import { estimateInput, estimateTokens, type Selection } from './selection.js';
import type { UsageMeter } from './usage.meter.js';

/** What a reply is written from, within the model's budget. */
export interface Task {
  readonly prompt: Prompt;
  /** What a citation's indexes mean. */
  readonly blocks: readonly Block[];
  /** At most so many. */
  readonly bullets: number;
  /** What stands above the bullets. */
  readonly heading: string;
  /** What the end has to tell. */
  readonly remarks: { readonly omittedTurns?: number; readonly condensed?: Condensed };
}

/** The part of the input that earlier questions and answers may take. */
const SHARE_OF_TURNS = 0.25;

/** Makes requests of jobs; where that takes condensing it yields how far that is. */
export class Tasks {
  constructor(
    private readonly environment: Environment,
    private readonly client: MessagesClient,
  ) {}

  /** @param tokens That the actions may take, as many as ANTHROPIC_INPUT_TOKENS or less. */
  async *recap(
    job: RecapJob,
    tokens: number,
    meter: UsageMeter,
    signal: AbortSignal,
  ): AsyncGenerator<WriterEvent, Task> {
    const selection = yield* this.select(job, tokens, meter, signal);
    const { blocks, condensed } = selection;
    return {
      prompt: recapPrompt(job, blocks),
      blocks,
      bullets: job.bullets,
      heading: `${this.describe(job, selection)}\n\n`,
      remarks: condensed ? { condensed } : {},
    };
  }

  async *question(
    job: QuestionJob,
    tokens: number,
    meter: UsageMeter,
    signal: AbortSignal,
  ): AsyncGenerator<WriterEvent, Task> {
    const turns = latestTurns(job.turns, tokens * SHARE_OF_TURNS);
    const omittedTurns = job.omittedTurns + job.turns.length - turns.length;
    const { blocks, condensed } = yield* this.select(job, tokens, meter, signal);
    return {
      prompt: questionPrompt(job, blocks, turns),
      blocks,
      bullets: ANSWER_BULLETS,
      heading: '',
      remarks: {
        ...(condensed ? { condensed } : {}),
        ...(omittedTurns > 0 ? { omittedTurns } : {}),
      },
    };
  }

  /** The input tokens of a reply, roughly and rather too many. */
  estimate(job: RecapJob | QuestionJob): number {
    const { ANTHROPIC_INPUT_TOKENS } = this.environment;
    const rest =
      'question' in job ? questionPrompt(job, [], this.turnsOf(job)) : actionsPrompt(job, []);
    return (
      estimateInput(job.actions, ANTHROPIC_INPUT_TOKENS) +
      estimateTokens(Buffer.byteLength(JSON.stringify(rest)))
    );
  }

  /** The latest turns that there is room for. */
  private turnsOf({ turns }: QuestionJob): readonly Turn[] {
    return latestTurns(turns, this.environment.ANTHROPIC_INPUT_TOKENS * SHARE_OF_TURNS);
  }

  /** The same for every reply about the same actions, so that the model's cache knows them. */
  private select(
    job: RecapJob | QuestionJob,
    tokens: number,
    meter: UsageMeter,
    signal: AbortSignal,
  ): AsyncGenerator<WriterEvent, Selection> {
    const { client } = this;
    const { ANTHROPIC_MODEL, ANTHROPIC_CONDENSE_MODEL } = this.environment;
    return makeRoom(
      job.actions,
      {
        tokens,
        count: (blocks) =>
          client.count({ model: ANTHROPIC_MODEL, ...actionsPrompt(job, blocks) }, signal),
        condenser: new Condenser({
          client,
          model: ANTHROPIC_CONDENSE_MODEL,
          nonce: job.nonce,
          meter,
        }),
      },
      signal,
    );
  }

  private describe(job: RecapJob, { noise, condensed }: Selection): string {
    const notes: string[] = [];
    if (noise > 0) notes.push(`${count(noise, 'merge or unfinished commit')} left out for room`);
    if (condensed && condensed.actions > 0) {
      const { actions, repositories } = condensed;
      const where = count(repositories, 'repository', 'repositories');
      notes.push(`${actions} of them in ${where} were shortened first`);
    }
    if (condensed) {
      const { dropped } = condensed;
      notes.push(dropped > 0 ? `${dropped} did not fit and were not read` : 'nothing was left out');
    }
    return describeRecap(
      job,
      { leftOut: [], notes },
      `written by ${this.environment.ANTHROPIC_MODEL}`,
    );
  }
}

/** The latest turns that fit, all of them whole. */
const latestTurns = (turns: readonly Turn[], tokens: number): readonly Turn[] => {
  let room = tokens;
  const kept: Turn[] = [];
  for (const turn of turns.toReversed()) {
    room -= estimateTokens(Buffer.byteLength(turn.question + turn.answer));
    if (room < 0) break;
    kept.unshift(turn);
  }
  return kept;
};
