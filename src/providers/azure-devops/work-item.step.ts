import type { TimeWindow } from '../time-window.js';
import { DomainError } from '../../errors/domain.error.js';
import { chunk } from '../chunk.js';
import type { Step, StepOutcome } from '../step.js';
import { halve } from '../time-window.js';
import type { AzureDevopsApi } from './azure-devops.api.js';
import { workItemAction, workItemFields } from './work-item.mapper.js';
import { workItemQuery, type WorkItemQuestion } from './work-item.query.js';

/** A query that finds 20,000 or more is refused; `VS402337`. */
const MAX_RESULTS = 19_999;
/** As many as one request takes. */
const BATCH_SIZE = 200;
const KINDS = ['issue'] as const;

export interface WorkItemReading {
  readonly api: AzureDevopsApi;
  readonly organizationUrl: string;
  /** The whole window that is asked for. */
  readonly window: TimeWindow;
}

/** Finds work items, which leads to reading them, or to two questions about half the window. */
export class WorkItemQueryStep implements Step {
  readonly kinds = KINDS;

  constructor(
    private readonly reading: WorkItemReading,
    private readonly question: WorkItemQuestion,
  ) {}

  async run(): Promise<StepOutcome> {
    const { window, closed } = this.question;
    try {
      const found = await this.reading.api.workItemNumbers(
        workItemQuery(this.question),
        MAX_RESULTS,
      );
      const halves = found.length < MAX_RESULTS ? undefined : halve(window);
      if (halves) return { next: halves.map((half) => this.asking({ window: half })) };
      return { next: chunk(found, BATCH_SIZE).map((ids) => this.batch(ids)) };
    } catch (error) {
      if (!closed || !isRefused(error)) throw error;
      const reason = 'this organisation does not tell when work items were closed';
      return {
        next: [this.asking({ closed: false })],
        gaps: [{ kinds: KINDS, reason, total: false }],
      };
    }
  }

  private asking(change: Partial<WorkItemQuestion>): Step {
    return new WorkItemQueryStep(this.reading, { ...this.question, ...change });
  }

  private batch(ids: readonly number[]): Step {
    return new WorkItemStep(this.reading, ids, this.question.closed);
  }
}

/** Reads work items by their numbers. */
class WorkItemStep implements Step {
  readonly kinds = KINDS;

  constructor(
    private readonly reading: WorkItemReading,
    private readonly ids: readonly number[],
    private readonly closed: boolean,
  ) {}

  async run(): Promise<StepOutcome> {
    const { api, organizationUrl, window } = this.reading;
    const items = await api.workItems(this.ids, workItemFields(this.closed));
    return {
      actions: items.flatMap((item) => workItemAction(item, organizationUrl, window) ?? []),
    };
  }
}

function isRefused(error: unknown): boolean {
  return error instanceof DomainError && error.code === 'invalid_request';
}
