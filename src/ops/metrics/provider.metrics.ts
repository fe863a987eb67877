import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { STATUS_CODES } from 'node:http';
import { Gauge, Histogram } from 'prom-client';
import {
  OUTBOUND_CHANNEL,
  type OutboundObservation,
} from '../../providers/http/outbound.channel.js';
import { LowestShare } from './lowest.share.js';
import { MetricsRegistry } from './metrics.registry.js';

const SECONDS = [0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const WAITED_SECONDS = [0.001, 0.01, 0.1, 0.5, 1, 5, 10, 30];

/** Counts and times what is asked of the providers. */
@Injectable()
export class ProviderMetrics implements OnApplicationShutdown {
  private readonly budgets = new LowestShare();
  private readonly duration: Histogram<'provider' | 'status' | 'cache'>;
  private readonly waited: Histogram<'provider'>;

  constructor(registry: MetricsRegistry) {
    const registers = [registry];
    this.duration = new Histogram({
      name: 'git_recap_provider_request_duration_seconds',
      help: 'Requests to providers, each attempt; status=none: no answer, aborted: nobody waited for it; cache=hit: what was known already had not changed.',
      labelNames: ['provider', 'status', 'cache'],
      buckets: SECONDS,
      registers,
    });
    this.waited = new Histogram({
      name: 'git_recap_provider_queue_seconds',
      help: 'How long requests to providers waited for those before them.',
      labelNames: ['provider'],
      buckets: WAITED_SECONDS,
      registers,
    });
    this.exposeBudgets(registers);
    subscribe(OUTBOUND_CHANNEL, this.observe);
  }

  onApplicationShutdown(): void {
    unsubscribe(OUTBOUND_CHANNEL, this.observe);
  }

  private readonly observe = (message: unknown): void => {
    const observation = message as OutboundObservation;
    const { provider, status, milliseconds, waitedMilliseconds, budget } = observation;
    const cache = status === 304 ? 'hit' : 'miss';
    const labels = { provider, status: statusLabel(observation), cache };
    this.duration.observe(labels, milliseconds / 1_000);
    this.waited.observe({ provider }, waitedMilliseconds / 1_000);
    if (budget !== undefined) this.budgets.see(provider, budget);
  };

  private exposeBudgets(registers: MetricsRegistry[]): void {
    const { budgets } = this;
    new Gauge({
      name: 'git_recap_provider_rate_limit_left_ratio',
      help: 'What is left of a rate limit (0 to 1), by the credential that has least of those used in the last two minutes.',
      labelNames: ['provider'],
      registers,
      collect() {
        this.reset();
        for (const [provider, share] of budgets.lowest()) this.set({ provider }, share);
      },
    });
  }
}

/** A server that a user named may answer with any number: those without a meaning share a label. */
function statusLabel({ status, aborted }: OutboundObservation): string {
  if (status === undefined) return aborted ? 'aborted' : 'none';
  return STATUS_CODES[status] ? String(status) : `${String(Math.trunc(status / 100))}xx`;
}
