import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { SkipThrottle } from '@nestjs/throttler';
import { Public } from '../auth/public.decorator.js';
import { SharedState } from '../state/shared-state.js';
import { Drain } from './drain.js';
import { HealthDto } from './health.dto.js';

@ApiTags('operations')
@Public()
@SkipThrottle()
@Controller('health')
export class HealthController {
  constructor(
    private readonly state: SharedState,
    private readonly drain: Drain,
  ) {}

  /** Whether the process answers at all. */
  @Get('live')
  getLiveness(): HealthDto {
    return { status: 'ok' };
  }

  /** Whether the process can serve: it is not about to end, and its shared state answers. */
  @Get('ready')
  async getReadiness(): Promise<HealthDto> {
    this.drain.check();
    await this.state.ping();
    return { status: 'ok' };
  }
}
