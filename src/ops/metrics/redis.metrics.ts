import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { Gauge, Histogram } from 'prom-client';
import { RedisConnections } from '../../state/redis.connections.js';
import { STATE_CHANNEL, type StateObservation } from '../../state/state.channel.js';
import { MetricsRegistry } from './metrics.registry.js';

const SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5];

/** Whether Redis is there, how fast it answers, and how often it does not. */
@Injectable()
export class RedisMetrics implements OnApplicationShutdown {
  private readonly duration: Histogram<'outcome'>;

  constructor(registry: MetricsRegistry, { clients }: RedisConnections) {
    const registers = [registry];
    this.duration = new Histogram({
      name: 'git_recap_redis_command_duration_seconds',
      help: 'Commands to Redis, by what became of them.',
      labelNames: ['outcome'],
      buckets: SECONDS,
      registers,
    });
    new Gauge({
      name: 'git_recap_redis_up',
      help: 'Whether a connection to Redis is ready; absent where the state is in memory.',
      labelNames: ['connection'],
      registers,
      collect() {
        for (const [connection, { status }] of Object.entries(clients ?? {})) {
          this.set({ connection }, status === 'ready' ? 1 : 0);
        }
      },
    });
    subscribe(STATE_CHANNEL, this.observe);
  }

  onApplicationShutdown(): void {
    unsubscribe(STATE_CHANNEL, this.observe);
  }

  private readonly observe = (message: unknown): void => {
    const { outcome, milliseconds } = message as StateObservation;
    this.duration.observe({ outcome }, milliseconds / 1_000);
  };
}
