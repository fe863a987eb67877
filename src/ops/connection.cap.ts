import { Injectable, Logger } from '@nestjs/common';
import type { FastifyInstance } from 'fastify';
import type { Socket } from 'node:net';
import { DomainError } from '../errors/domain.error.js';
import { descriptorLimit } from './descriptor.limit.js';

/** Descriptors for everything but clients: Redis, providers, git, files. */
const OWN_DESCRIPTORS = 96;
const OWN_SHARE = 0.25;
/** Connections beyond the cap that are still read, so that probes are answered. */
const SPARE_SHARE = 0.1;
/** Of the connections of clients, those that may be sockets and event streams. */
const HELD_SHARE = 0.8;
/** How long a connection beyond the cap may take. */
const SPARE_MS = 2_000;
const RETRY_AFTER_MS = 5_000;
const WARN_EVERY_MS = 60_000;
const PROBE = /^\/health\/(live|ready)(\?|$)/;

/** How many connections of clients one process may have. */
interface Limits {
  /** Sockets and event streams, which stay. */
  readonly held: number;
  /** All of those that are served. */
  readonly served: number;
  /** With those that are turned away in words; beyond them the system closes new ones at once. */
  readonly accepted: number;
}

/** @param descriptors How many files and connections the process may have open. */
export function connectionLimits(descriptors: number): Limits {
  const own = Math.max(OWN_DESCRIPTORS, Math.ceil(descriptors * OWN_SHARE));
  const accepted = Math.max(
    descriptors === Infinity ? Infinity : descriptors - own,
    OWN_DESCRIPTORS,
  );
  const served = accepted === Infinity ? accepted : Math.floor(accepted * (1 - SPARE_SHARE));
  return { held: Math.floor(served * HELD_SHARE), served, accepted };
}

/**
 * Keeps the connections of clients below what the process may have open, so that it can always reach
 * Redis and the providers and is found alive. Who comes when there is no room is told so.
 */
@Injectable()
export class ConnectionCap {
  private readonly logger = new Logger(ConnectionCap.name);
  private readonly limits = connectionLimits(descriptorLimit());
  /** Connections that there is no room for, and what ends each. */
  private readonly spare = new WeakMap<object, NodeJS.Timeout>();
  private held = 0;
  private open = 0;
  private warnedAt = -Infinity;

  /**
   * Counts a socket or an event stream. @returns what says that it has closed; to be called once.
   * @throws DomainError `server_busy` when there are as many as there may be.
   */
  hold(): () => void {
    if (this.held >= this.limits.held) throw this.busy();
    this.held += 1;
    return () => {
      this.held -= 1;
    };
  }

  /** Holds the connections of the server against the cap, from their first moment. */
  watch(fastify: FastifyInstance): void {
    const { server } = fastify;
    if (this.limits.accepted !== Infinity) server.maxConnections = this.limits.accepted;
    server.on('drop', () => {
      this.warn();
    });
    const known = new WeakSet<Socket>();
    server.on('connection', (socket: Socket) => {
      // One whose upgrade was declined is announced anew.
      if (known.has(socket)) return;
      known.add(socket);
      this.open += 1;
      socket.once('close', () => {
        this.open -= 1;
      });
      if (this.open <= this.limits.served) return;
      server.closeIdleConnections();
      this.turnAway(socket);
    });
    fastify.addHook('onRequest', ({ raw: { socket }, url }, reply, next) => {
      const isSpare = this.isSpare(socket);
      if (isSpare) void reply.header('connection', 'close');
      next(isSpare && !PROBE.test(url) ? this.busy() : undefined);
    });
  }

  /** @throws DomainError `server_busy` for a request on a connection that there is no room for. */
  check(socket: object): void {
    if (this.isSpare(socket)) throw this.busy();
  }

  /** Ends it soon, unless there is room when it has asked for something. */
  private turnAway(socket: Socket): void {
    const timer = setTimeout(() => socket.destroy(), SPARE_MS);
    this.spare.set(socket, timer);
    socket.once('close', () => {
      clearTimeout(timer);
    });
  }

  private isSpare(socket: object): boolean {
    const timer = this.spare.get(socket);
    if (timer === undefined) return false;
    if (this.open > this.limits.served) return true;
    clearTimeout(timer);
    this.spare.delete(socket);
    return false;
  }

  private busy(): DomainError {
    this.warn();
    return new DomainError('server_busy', 'This server has as many connections as it may.', {
      retryAt: new Date(Date.now() + RETRY_AFTER_MS),
    });
  }

  /** Whoever comes when there is no room must not fill the log, too. */
  private warn(): void {
    if (performance.now() - this.warnedAt < WARN_EVERY_MS) return;
    this.warnedAt = performance.now();
    const { open, held } = this;
    this.logger.warn({ open, held, limits: this.limits }, 'no room for further connections');
  }
}
