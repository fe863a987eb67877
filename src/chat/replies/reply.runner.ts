import { type BeforeApplicationShutdown, Injectable, Logger } from '@nestjs/common';
import type { Session } from '../../auth/session.js';
import { SessionService } from '../../auth/session.service.js';
import { TokenQuota } from '../../auth/token.quota.js';
import { Environment } from '../../config/environment.js';
import { DomainError } from '../../errors/domain.error.js';
import { type ReplyMeter, ReplyMetrics } from '../../ops/metrics/reply.metrics.js';
import { inSpan } from '../../ops/tracing/in-span.js';
import { outlast } from '../../state/outlast.js';
import { loggedProblem } from '../logged.problem.js';
import { OwnReplies } from './own.replies.js';
import { Pod } from './pod.js';
import { ReplyContents } from './reply.contents.js';
import type { ReplyEntry, ReplyRecord } from './reply.js';
import { isGivenUp, Overtaken, ReplyAppender, Superseded } from './reply.appender.js';
import { toEntry } from './reply.entry.js';
import { ReplyOwners } from './reply.owners.js';
import { measureEntry } from './reply.meter.js';
import { type PreparedReply, ReplyPreparation } from './reply.preparation.js';
import { bulletsIn, endOfBullet, hasEnded, writtenIn } from './reply.progress.js';
import { ReplyStore } from './reply.store.js';
import type { UsageListener, WriterUsage } from '../writer/recap.writer.js';

/** A log's text ends here, whatever a writer does. */
const MAX_CHARACTERS = 200_000;
const KEEP_ALIVE_MS = 30_000;
/** A store that fails over just after the end may have lost it: then it is appended again. */
const LINGER_MS = [1_000, 9_000];

type Progress = Extract<ReplyEntry, { event: 'progress' }>;

/**
 * Writes replies this pod owns: prepares them, has the text written, and puts everything into the
 * reply's log, behind what is there already.
 */
@Injectable()
export class ReplyRunner implements BeforeApplicationShutdown {
  private readonly logger = new Logger(ReplyRunner.name);
  private readonly lingering = new Set<NodeJS.Timeout>();

  constructor(
    private readonly store: ReplyStore,
    private readonly sessions: SessionService,
    private readonly owners: ReplyOwners,
    private readonly own: OwnReplies,
    private readonly contents: ReplyContents,
    private readonly preparation: ReplyPreparation,
    private readonly quota: TokenQuota,
    private readonly pod: Pod,
    private readonly environment: Environment,
    private readonly metrics: ReplyMetrics,
  ) {}

  /** Logs that have ended are not looked after any longer. */
  beforeApplicationShutdown(): void {
    for (const timer of this.lingering) clearTimeout(timer);
  }

  /**
   * Resolves when the reply's log has ended, or somebody else is to go on with it; never rejects.
   * @param handOver Aborted when this pod has to leave the reply to another.
   */
  async run(session: Session, record: ReplyRecord, handOver: AbortSignal): Promise<void> {
    const { kind } = record.request;
    const meter = this.metrics.begin(kind);
    const attributes = { 'git_recap.reply_id': record.id };
    await inSpan(`write ${kind}`, attributes, () => this.persist(session, record, handOver, meter));
    meter.close();
  }

  private async persist(
    session: Session,
    record: ReplyRecord,
    handOver: AbortSignal,
    meter: ReplyMeter,
  ): Promise<void> {
    for (;;) {
      try {
        await this.write(session, record, handOver, meter);
        return;
      } catch (error) {
        // What the log does not have is no end, but for want of a session to write it for.
        if (await this.sessions.isAlive(session.id).catch(() => true)) meter.leaves();
        if (error instanceof Overtaken) continue;
        if (error === handOver.reason) await this.owners.release(session, record.id);
        else if (!(error instanceof Superseded)) {
          this.logger.warn(
            { err: error, replyId: record.id },
            'a reply cannot be written any more',
          );
        }
        return;
      }
    }
  }

  /** @throws Superseded, Overtaken, the reason of `handOver`, or DomainError `state_unavailable`. */
  private async write(
    session: Session,
    record: ReplyRecord,
    handOver: AbortSignal,
    meter: ReplyMeter,
  ): Promise<void> {
    const log = this.store.log(session, record.id);
    const known = await outlast(() => log.readAll(), handOver);
    if (hasEnded(known)) return;

    const cancelled = new AbortController();
    const cancel = (): void => {
      cancelled.abort();
    };
    /** Aborted when no more can be written here, whatever else was asked before. */
    const gone = new AbortController();
    const stop = AbortSignal.any([cancelled.signal, gone.signal]);
    const appender = new ReplyAppender(log, known, {
      coalesceMs: this.environment.REPLY_COALESCE_MS,
      lifetime: () => this.sessions.lifetime(session.identity),
      holds: () => this.owners.holds(session, record.id),
      onHeld: (entries, length) => {
        this.own.hold(record.id, entries, length);
      },
      onMarked: cancel,
      onStopped: (reason) => {
        gone.abort(reason);
      },
    });
    const release = await this.watch(session, record, cancel, () => {
      void this.owners.holds(session, record.id).then(
        (holds) => {
          if (holds) return;
          appender.stop();
          gone.abort(new Superseded());
        },
        () => undefined,
      );
    });
    const signal = AbortSignal.any([stop, handOver]);
    const told: ReplyEntry[] = [...known];
    const add = (entry: ReplyEntry): void => {
      told.push(entry);
      measureEntry(meter, entry);
      appender.add(entry);
    };
    let prepared: PreparedReply | undefined;
    let usage = writtenIn(known).spent?.usage;
    let leaving = false;
    try {
      // Somebody may have cancelled while nobody wrote.
      if (known.length > 0) await appender.verify();
      signal.throwIfAborted();
      prepared = await this.preparation.prepare(session, record, signal, add);
      await this.speak(prepared, add, known, signal, (counted) => {
        usage = counted;
      });
    } catch (error) {
      leaving = handOver.aborted && !stop.aborted;
      if (!leaving) {
        if (stop.aborted) for (const entry of endOfBullet(told, prepared?.actions)) add(entry);
        // Whoever goes on counts it as well.
        const counted = gone.signal.aborted ? undefined : usage;
        const last = this.ending(record.id, error, stop, told, counted, prepared);
        add(last);
        if (last.event === 'error') meter.ends(last.problem.code, usage);
      }
    } finally {
      await appender.flush();
      release();
    }
    if (gone.signal.aborted || leaving) this.own.forget(record.id);
    if (isGivenUp(gone.signal)) await this.settle(session, prepared, usage);
    gone.signal.throwIfAborted();
    if (leaving) throw handOver.reason;
    await this.settle(session, prepared, usage);
    void this.contents.keep(session, record);
    this.linger(session, record, appender);
  }

  private async speak(
    prepared: PreparedReply,
    add: (entry: ReplyEntry) => void,
    known: readonly ReplyEntry[],
    signal: AbortSignal,
    onUsage: UsageListener,
  ): Promise<void> {
    const written = writtenIn(known);
    let characters = written.text.length;
    let spent = written.spent?.usage;
    let progress: Progress = { event: 'progress', stage: 'writing', done: 0 };
    const count: UsageListener = (usage) => {
      onUsage(usage);
      if (usage.inputTokens === (spent?.inputTokens ?? 0) || signal.aborted) return;
      spent = usage;
      add({ ...progress, spent });
    };
    add({ ...progress, spent });
    for await (const event of prepared.write(signal, written, count)) {
      signal.throwIfAborted();
      if (event.kind === 'text') characters += event.text.length;
      if (characters > MAX_CHARACTERS) {
        throw new DomainError('writer_failed', 'The writer did not come to an end.');
      }
      if (event.kind === 'end') onUsage(event.usage);
      const entry = toEntry(event, prepared);
      if (entry?.event === 'progress') progress = entry;
      // A later entry about the same stage may take the place of the one before.
      if (entry) add(entry.event === 'progress' ? { ...entry, spent } : entry);
    }
  }

  /** Hears of whatever may end this reply early. @returns what ends that. */
  private async watch(
    session: Session,
    { id }: ReplyRecord,
    cancel: () => void,
    onLapse: () => void,
  ): Promise<() => void> {
    const keepAlive = (): Promise<void> => this.keepAlive(session, cancel);
    const timer = setInterval(() => void keepAlive(), this.keepAliveEvery());
    const forgetLapses = this.pod.onLapse(onLapse);
    const subscriptions = await Promise.allSettled([
      this.store.log(session, id).onCancel(cancel),
      this.sessions.onEnd(session.id, cancel),
    ]);
    // The session may have ended before anyone listened for that.
    await keepAlive();
    return () => {
      clearInterval(timer);
      forgetLapses();
      for (const subscription of subscriptions) {
        if (subscription.status === 'fulfilled') void subscription.value();
      }
    };
  }

  private ending(
    replyId: string,
    error: unknown,
    stop: AbortSignal,
    told: readonly ReplyEntry[],
    usage: WriterUsage | undefined,
    prepared: PreparedReply | undefined,
  ): ReplyEntry {
    if (stop.aborted) {
      const { coverage } = prepared ?? {};
      const bullets = bulletsIn(told);
      return {
        event: 'done',
        stopReason: 'cancelled',
        usage: usage ?? {},
        coverage,
        ...bullets,
        doubtful: [],
      };
    }
    return { event: 'error', problem: loggedProblem(this.logger, error, { replyId }) };
  }

  /** A running reply is use of its session; when the session is over there is nobody to write for. */
  private async keepAlive(session: Session, stop: () => void): Promise<void> {
    const alive = await this.sessions.touch(session.identity).catch(() => true);
    if (!alive) stop();
  }

  private keepAliveEvery(): number {
    return Math.min(KEEP_ALIVE_MS, this.sessions.idleMs / 3);
  }

  private async settle(
    { identity }: Session,
    prepared: PreparedReply | undefined,
    usage: WriterUsage | undefined,
  ): Promise<void> {
    if (!prepared?.reservation) return;
    const spent = usage ? usage.inputTokens + usage.outputTokens : 0;
    // What cannot be settled stays charged, as for a pod that died.
    await this.quota.settle(identity.subject, prepared.reservation, spent).catch(() => undefined);
  }

  /** Looks after a log that has ended, then gives it up. */
  private linger(
    session: Session,
    record: ReplyRecord,
    appender: ReplyAppender,
    waits: readonly number[] = LINGER_MS,
  ): void {
    const [wait, ...further] = waits;
    const timer = setTimeout(() => {
      this.lingering.delete(timer);
      if (wait === undefined) {
        appender.stop();
        this.own.forget(record.id);
        void this.owners.release(session, record.id).catch(() => undefined);
        return;
      }
      void appender.verify().then(() => {
        this.linger(session, record, appender, further);
      });
    }, wait).unref();
    this.lingering.add(timer);
  }
}
