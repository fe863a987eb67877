import { Global, Module } from '@nestjs/common';
import { ConnectionCap } from './connection.cap.js';
import { Drain } from './drain.js';
import { HealthController } from './health.controller.js';
import { GitMetrics } from './metrics/git.metrics.js';
import { MetricsController } from './metrics/metrics.controller.js';
import { MetricsRegistry } from './metrics/metrics.registry.js';
import { ModelMetrics } from './metrics/model.metrics.js';
import { ProviderMetrics } from './metrics/provider.metrics.js';
import { RedisMetrics } from './metrics/redis.metrics.js';
import { ReplyMetrics } from './metrics/reply.metrics.js';
import { SocketMetrics } from './metrics/socket.metrics.js';
import { Readiness } from './readiness.js';
import { Tracing } from './tracing/tracing.js';

/** What the operators of the server need; whoever has something to be counted or to finish asks for it. */
@Global()
@Module({
  controllers: [HealthController, MetricsController],
  providers: [
    ConnectionCap,
    Drain,
    GitMetrics,
    MetricsRegistry,
    ModelMetrics,
    ProviderMetrics,
    Readiness,
    RedisMetrics,
    ReplyMetrics,
    SocketMetrics,
    Tracing,
  ],
  exports: [ConnectionCap, Drain, MetricsRegistry, ReplyMetrics, SocketMetrics],
})
export class OpsModule {}
