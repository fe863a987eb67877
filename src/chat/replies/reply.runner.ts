import { Injectable, Logger } from '@nestjs/common';
import type { Session } from '../../auth/session.js';
import { SessionService } from '../../auth/session.service.js';
import { DomainError } from '../../errors/domain.error.js';
import { toProblem } from '../../errors/problem.js';
import type { Action } from '../../providers/action.js';
import type { Coverage } from '../../providers/coverage.js';
import { type Activity, ActivityService } from '../../recap/activity.service.js';
import { RecapWriter, type WriterEvent } from '../writer/recap.writer.js';
import type { ReplyEntry, ReplyRecord } from './reply.js';
import { ReplyAppender } from './reply.appender.js';
import { ReplyStore } from './reply.store.js';

/** A recap speaks of the newest actions of its window, at most this many. */
const MAX_ACTIONS = 5_000;
/** A log's text ends here, whatever a writer does. */
const MAX_CHARACTERS = 200_000;
const KEEP_ALIVE_MS = 30_000;

class Cancelled extends Error {}

/** Writes replies: reads the actions, has the text written, and puts everything into the reply's log. */
@Injectable()
export class ReplyRunner {
  private readonly logger = new Logger(ReplyRunner.name);

  constructor(
    private readonly store: ReplyStore,
    private readonly sessions: SessionService,
    private readonly activity: ActivityService,
    private readonly writer: RecapWriter,
  ) {}

  /** Resolves when the reply's log has ended; never rejects. */
  async run(session: Session, record: ReplyRecord, shutdown: AbortSignal): Promise<void> {
    const cancel = new AbortController();
    const stop = (): void => {
      cancel.abort(new Cancelled());
    };
    const log = this.store.log(session, record.id);
    const appender = new ReplyAppender(
      log,
      () => this.sessions.lifetime(session.identity),
      stop,
      (error) => {
        this.logger.warn({ err: error, replyId: record.id }, 'the log of a reply was lost');
        cancel.abort(error);
      },
    );
    const keepAlive = setInterval(() => void this.keepAlive(session, stop), this.keepAliveEvery());
    const subscriptions = await Promise.allSettled([
      log.onCancel(stop),
      this.sessions.onEnd(session.id, stop),
    ]);
    // The session may have ended before anyone listened for that.
    await this.keepAlive(session, stop);
    let coverage: Coverage | undefined;
    try {
      const signal = AbortSignal.any([cancel.signal, shutdown]);
      const activity = await this.read(session, record, signal, appender);
      ({ coverage } = activity);
      await this.write(record, activity, signal, appender);
    } catch (error) {
      appender.add(this.ending(error, cancel.signal, coverage));
    } finally {
      await appender.flush();
      clearInterval(keepAlive);
      for (const subscription of subscriptions) {
        if (subscription.status === 'fulfilled') void subscription.value();
      }
    }
  }

  private async read(
    session: Session,
    { request }: ReplyRecord,
    signal: AbortSignal,
    appender: ReplyAppender,
  ): Promise<Activity> {
    appender.add({ event: 'progress', stage: 'repositories', done: 0 });
    void appender.flush();
    return this.activity.collect(
      session,
      { filter: request.filter, limit: MAX_ACTIONS },
      signal,
      (done, total) => {
        appender.add({ event: 'progress', stage: 'actions', done, total });
      },
    );
  }

  private async write(
    { request }: ReplyRecord,
    { actions, coverage }: Activity,
    signal: AbortSignal,
    appender: ReplyAppender,
  ): Promise<void> {
    const byId = new Map(actions.map((action) => [action.id, action]));
    const { filter, bullets, style, language } = request;
    const job = {
      actions,
      truncated: coverage.truncated,
      from: filter.since,
      to: filter.until,
      timeZone: filter.timeZone,
      bullets,
      style,
      language,
    };
    appender.add({ event: 'progress', stage: 'writing', done: 0 });
    let characters = 0;
    for await (const event of this.writer.write(job, signal)) {
      signal.throwIfAborted();
      if (event.kind === 'text') characters += event.text.length;
      if (characters > MAX_CHARACTERS) {
        throw new DomainError('writer_failed', 'The writer did not come to an end.');
      }
      const entry = toEntry(event, byId, coverage);
      if (entry) appender.add(entry);
    }
  }

  private ending(error: unknown, cancelled: AbortSignal, coverage?: Coverage): ReplyEntry {
    if (cancelled.aborted && cancelled.reason instanceof Cancelled) {
      return { event: 'done', stopReason: 'cancelled', usage: {}, coverage, uncited: [] };
    }
    const problem = toProblem(error);
    if (problem.status >= 500) this.logger.error(error);
    return { event: 'error', problem };
  }

  /** A running reply is use of its session; when the session is over there is nobody to write for. */
  private async keepAlive(session: Session, stop: () => void): Promise<void> {
    const alive = await this.sessions.touch(session.identity).catch(() => true);
    if (!alive) stop();
  }

  private keepAliveEvery(): number {
    return Math.min(KEEP_ALIVE_MS, this.sessions.idleMs / 3);
  }
}

function toEntry(
  event: WriterEvent,
  actions: ReadonlyMap<string, Action>,
  coverage: Coverage,
): ReplyEntry | undefined {
  switch (event.kind) {
    case 'progress':
      return { event: 'progress', stage: event.stage, done: event.done, total: event.total };
    case 'text':
      return { event: 'token', text: event.text };
    case 'citation': {
      const action = actions.get(event.actionId);
      if (!action) return undefined;
      const { id, type, title, url } = action;
      return { event: 'citation', bullet: event.bullet, action: { id, type, title, url } };
    }
    case 'end': {
      const { stopReason, usage, uncited } = event;
      return { event: 'done', stopReason, usage, coverage, uncited };
    }
  }
}
