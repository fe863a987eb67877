import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { validationPipe } from '../errors/validation.pipe.js';
import { BaseFetcher } from '../providers/base.fetcher.js';
import { PatDto } from './auth.dto.js';
import { signalOf } from './request.decorators.js';

/**
 * Checks a personal access token with its provider before anything else happens. Guards run before
 * pipes, so it validates the body itself.
 */
@Injectable()
export class PatGuard implements CanActivate {
  constructor(private readonly fetcher: BaseFetcher) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const http = context.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const dto = (await validationPipe.transform(request.body ?? {}, {
      type: 'body',
      metatype: PatDto,
    })) as PatDto;
    request.connection = await this.fetcher.connect(
      dto,
      signalOf(http.getResponse<FastifyReply>()),
    );
    return true;
  }
}
