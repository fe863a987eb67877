import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { SkipThrottle } from '@nestjs/throttler';
import { Public } from '../auth/public.decorator.js';
import { HealthDto } from './health.dto.js';
import { Readiness } from './readiness.js';

@ApiTags('operations')
@Public()
@SkipThrottle()
@Controller('health')
export class HealthController {
  constructor(private readonly readiness: Readiness) {}

  /** Whether the process answers at all. */
  @Get('live')
  getLiveness(): HealthDto {
    return { status: 'ok' };
  }

  /** Whether the process can serve: it is not about to end, and its shared state answers. */
  @Get('ready')
  async getReadiness(): Promise<HealthDto> {
    await this.readiness.check();
    return { status: 'ok' };
  }
}
