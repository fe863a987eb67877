import { Controller, Get, Header, Headers } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { SkipThrottle } from '@nestjs/throttler';
import { createHash, timingSafeEqual } from 'node:crypto';
import { Public } from '../../auth/public.decorator.js';
import { Environment } from '../../config/environment.js';
import { ApiProblems } from '../../errors/api-problems.decorator.js';
import { DomainError } from '../../errors/domain.error.js';
import { MetricsRegistry } from './metrics.registry.js';

const TEXT_FORMAT = 'text/plain; version=0.0.4; charset=utf-8';

@ApiTags('operations')
@Public()
@SkipThrottle()
@Controller('metrics')
export class MetricsController {
  constructor(
    private readonly registry: MetricsRegistry,
    private readonly environment: Environment,
  ) {}

  /**
   * Metrics in Prometheus' text format
   *
   * @remarks With METRICS_TOKEN as Bearer token; without one there are none in production.
   */
  @Get()
  @Header('content-type', TEXT_FORMAT)
  @ApiOkResponse({
    description: 'The metrics',
    content: { 'text/plain': { schema: { type: 'string' } } },
  })
  @ApiProblems('not_found')
  async getMetrics(@Headers('authorization') authorization?: string): Promise<string> {
    this.authorize(authorization);
    return this.registry.metrics();
  }

  private authorize(authorization = ''): void {
    const { METRICS_TOKEN, isProduction } = this.environment;
    if (METRICS_TOKEN === undefined) {
      if (isProduction) throw new DomainError('not_found', 'No route has this path.');
      return;
    }
    if (!isSame(authorization, `Bearer ${METRICS_TOKEN}`)) {
      throw new DomainError('unauthorized', 'The metrics need METRICS_TOKEN as Bearer token.');
    }
  }
}

/** In a time that tells nothing of either. */
function isSame(given: string, expected: string): boolean {
  const [one, other] = [given, expected].map((text) => createHash('sha256').update(text).digest());
  return one !== undefined && other !== undefined && timingSafeEqual(one, other);
}
