import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { Histogram } from 'prom-client';
import {
  TRANSFER_CHANNEL,
  type TransferObservation,
} from '../../providers/http/transfer.channel.js';
import { MetricsRegistry } from './metrics.registry.js';

const SECONDS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120];

/** Counts and times what git itself asks of hosts. */
@Injectable()
export class GitMetrics implements OnApplicationShutdown {
  private readonly duration: Histogram<'kind' | 'outcome'>;

  constructor(registry: MetricsRegistry) {
    this.duration = new Histogram({
      name: 'git_recap_git_transfer_duration_seconds',
      help: 'Transfers from git hosts, with the wait for their turn: kind=look asks what there is, copy clones or fetches.',
      labelNames: ['kind', 'outcome'],
      buckets: SECONDS,
      registers: [registry],
    });
    subscribe(TRANSFER_CHANNEL, this.observe);
  }

  onApplicationShutdown(): void {
    unsubscribe(TRANSFER_CHANNEL, this.observe);
  }

  private readonly observe = (message: unknown): void => {
    const { kind, outcome, milliseconds } = message as TransferObservation;
    this.duration.observe({ kind, outcome }, milliseconds / 1_000);
  };
}
