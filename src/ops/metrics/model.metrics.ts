import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { Histogram } from 'prom-client';
import { MODEL_CHANNEL, type ModelObservation } from '../model.channel.js';
import { MetricsRegistry } from './metrics.registry.js';

const SECONDS = [0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60, 120];

/** Counts and times what is asked of the language model, retries included. */
@Injectable()
export class ModelMetrics implements OnApplicationShutdown {
  private readonly duration: Histogram<'model' | 'outcome'>;
  private readonly first: Histogram<'model'>;

  constructor(registry: MetricsRegistry) {
    const registers = [registry];
    this.duration = new Histogram({
      name: 'git_recap_llm_request_duration_seconds',
      help: 'Requests to the language model, each attempt: ok, aborted, failed, or an HTTP status.',
      labelNames: ['model', 'outcome'],
      buckets: SECONDS,
      registers,
    });
    this.first = new Histogram({
      name: 'git_recap_llm_first_event_seconds',
      help: 'From a request to the language model to the first event of its answer.',
      labelNames: ['model'],
      buckets: SECONDS,
      registers,
    });
    subscribe(MODEL_CHANNEL, this.observe);
  }

  onApplicationShutdown(): void {
    unsubscribe(MODEL_CHANNEL, this.observe);
  }

  private readonly observe = (message: unknown): void => {
    const { model, outcome, milliseconds, firstMilliseconds } = message as ModelObservation;
    this.duration.observe({ model, outcome }, milliseconds / 1_000);
    if (firstMilliseconds !== undefined) this.first.observe({ model }, firstMilliseconds / 1_000);
  };
}
