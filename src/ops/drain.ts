import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { setMaxListeners } from 'node:events';
import type { Server } from 'node:http';
import { Server as Listener } from 'node:net';
import { setImmediate as othersTurn } from 'node:timers/promises';
import { Environment } from '../config/environment.js';
import { DomainError } from '../errors/domain.error.js';

/** What is told to stop at the deadline gets so long to do it. */
const LAST_WORDS_MS = 3_000;
/** A request that is on its way when the server stops listening arrives within that. */
const ARRIVED_MS = 300;

/**
 * How this process ends: it takes nothing new from then on, what runs may finish until the deadline,
 * and what still runs then has to leave its work to others. Sockets are closed when it has ended, and
 * what is left of the HTTP server.
 */
@Injectable()
export class Drain implements OnModuleDestroy {
  private readonly begun = new AbortController();
  private readonly over = new AbortController();
  private ending?: Promise<void>;
  private becomeIdle: () => void = () => undefined;
  private readonly held = new Set<() => void>();
  private working = 0;
  private impatient = false;
  private timer?: NodeJS.Timeout;

  constructor(
    private readonly environment: Environment,
    private readonly host: HttpAdapterHost,
  ) {
    // Everything that runs listens.
    setMaxListeners(0, this.draining, this.deadline);
  }

  /** Aborted when nothing new may begin; the reason is the DomainError `draining`. */
  get draining(): AbortSignal {
    return this.begun.signal;
  }

  /** Aborted when what still runs has to stop, DRAIN_SECONDS after `draining`; the reason is the same. */
  get deadline(): AbortSignal {
    return this.over.signal;
  }

  /** How long `end` takes at most, in milliseconds. */
  get longestMs(): number {
    return this.environment.DRAIN_SECONDS * 1_000 + LAST_WORDS_MS;
  }

  /** @throws DomainError `draining` when nothing new may begin. */
  check(): void {
    this.draining.throwIfAborted();
  }

  /**
   * Makes the end wait for something that may be cut off at the deadline, such as an answer that
   * somebody reads. @returns what says that it is done.
   */
  enter(): () => void {
    const leave = (): void => {
      if (this.held.delete(leave)) this.look();
    };
    if (!this.deadline.aborted) this.held.add(leave);
    return leave;
  }

  /** Makes the end wait until the work has settled, and a few seconds beyond the deadline at most. */
  hold(work: Promise<unknown>): void {
    this.working += 1;
    const leave = (): void => {
      this.working -= 1;
      this.look();
    };
    work.then(leave, leave);
  }

  /**
   * Begins to end, or hurries up what has begun. Resolves when nothing is held any more and nobody can
   * ask for anything.
   * @param seconds Until the deadline.
   */
  async end(seconds = this.environment.DRAIN_SECONDS): Promise<void> {
    this.begun.abort(new DomainError('draining', 'The server is shutting down.'));
    if (!this.deadline.aborted) {
      clearTimeout(this.timer);
      if (seconds > 0) this.timer = setTimeout(() => this.giveUp(), seconds * 1_000);
      else this.giveUp();
    }
    await (this.ending ??= this.finish());
    clearTimeout(this.timer);
  }

  /** An application that is closed without a word before it, as the command line's, does not wait. */
  async onModuleDestroy(): Promise<void> {
    await this.end(0);
  }

  private async finish(): Promise<void> {
    await this.idle();
    // Who waits to be let in comes in first.
    await othersTurn();
    const server = this.host.httpAdapter.getHttpServer() as Server;
    // An HTTP server's own `close` closes idle connections, too: a request may be on its way there.
    const closed = new Promise((resolve) => Listener.prototype.close.call(server, resolve));
    if (!this.deadline.aborted) await within(ARRIVED_MS, closed);
    await this.idle();
    // Whoever has not looked up yet must not begin while everything is being closed.
    this.over.abort(this.draining.reason);
  }

  private giveUp(): void {
    this.over.abort(this.draining.reason);
    this.held.clear();
    this.timer = setTimeout(() => {
      this.impatient = true;
      this.look();
    }, LAST_WORDS_MS);
    this.look();
  }

  private idle(): Promise<void> {
    return new Promise((resolve) => {
      this.becomeIdle = resolve;
      this.look();
    });
  }

  private look(): void {
    if (this.impatient || this.held.size + this.working === 0) this.becomeIdle();
  }
}

/** Resolves when the promise does, or when that takes longer. */
async function within(ms: number, promise: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([promise, late]);
  clearTimeout(timer);
}
