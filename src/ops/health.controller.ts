import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { SkipThrottle } from '@nestjs/throttler';
import { Public } from '../auth/public.decorator.js';
import { SharedState } from '../state/shared-state.js';
import { HealthDto } from './health.dto.js';

@ApiTags('operations')
@Public()
@SkipThrottle()
@Controller('health')
export class HealthController {
  constructor(private readonly state: SharedState) {}

  /** Whether the process answers at all. */
  @Get('live')
  getLiveness(): HealthDto {
    return { status: 'ok' };
  }

  /** Whether the process can serve: its shared state answers. */
  @Get('ready')
  async getReadiness(): Promise<HealthDto> {
    await this.state.ping();
    return { status: 'ok' };
  }
}
