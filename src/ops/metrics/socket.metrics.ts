import { Injectable } from '@nestjs/common';
import { Counter, Gauge, Histogram } from 'prom-client';
import type { ProblemCode } from '../../errors/problem.catalog.js';
import { MetricsRegistry } from './metrics.registry.js';

/** Every close code this server gives, and those that clients and networks mostly do. */
const CODES = new Set([1000, 1001, 1005, 1006, 1009, 1013, 4401, 4429]);
const SECONDS = [0.001, 0.005, 0.025, 0.1, 0.5, 1, 2.5, 5];

/** Counts open sockets, why others closed or never opened, and how far their readers lag behind. */
@Injectable()
export class SocketMetrics {
  private readonly open: Gauge;
  private readonly closed: Counter<'code'>;
  private readonly denied: Counter<'code'>;
  private readonly lag: Histogram;

  constructor(registry: MetricsRegistry) {
    const registers = [registry];
    this.open = new Gauge({ name: 'git_recap_sockets_open', help: 'Open sockets.', registers });
    this.closed = new Counter({
      name: 'git_recap_sockets_closed_total',
      help: 'Sockets that have closed, by their close code.',
      labelNames: ['code'],
      registers,
    });
    this.denied = new Counter({
      name: 'git_recap_sockets_refused_total',
      help: 'Handshakes that opened no socket, by the code of the problem they were answered with.',
      labelNames: ['code'],
      registers,
    });
    this.lag = new Histogram({
      name: 'git_recap_socket_send_lag_seconds',
      help: 'How long a frame waited in this process for its reader.',
      buckets: SECONDS,
      registers,
    });
  }

  /** @returns what says that the socket has closed, and how. */
  opened(): (code: number) => void {
    this.open.inc();
    return (code) => {
      this.open.dec();
      this.closed.inc({ code: CODES.has(code) ? String(code) : 'other' });
    };
  }

  refused(code: ProblemCode): void {
    this.denied.inc({ code });
  }

  sent(milliseconds: number): void {
    this.lag.observe(milliseconds / 1_000);
  }
}
