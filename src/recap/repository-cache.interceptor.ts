import {
  type CallHandler,
  createParamDecorator,
  type ExecutionContext,
  Injectable,
  type NestInterceptor,
} from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Observable } from 'rxjs';
import { signalOf } from '../auth/request.decorators.js';
import { validationPipe } from '../errors/validation.pipe.js';
import { ReposQueryDto } from './repos.dto.js';
import { type RepositoryList, RepositoryService } from './repository.service.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by the interceptor that gets it from the cache. */
    repositoryList?: RepositoryList;
  }
}

/**
 * Gets the whole list for the route, from the cache where it can, and says so in `X-Cache` and `Age`
 * (RFC 9111). The route searches and cuts it, so that all searches and pages share what is kept.
 */
@Injectable()
export class RepositoryCacheInterceptor implements NestInterceptor {
  constructor(private readonly repositories: RepositoryService) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const http = context.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    if (!request.session) throw new Error('the route needs no session');
    const { refresh } = await queryOf(request);
    const list = await this.repositories.list(request.session, signalOf(reply), refresh);
    void reply.header('x-cache', list.keptAt === undefined ? 'MISS' : 'HIT');
    if (list.keptAt !== undefined) void reply.header('age', secondsSince(list.keptAt));
    request.repositoryList = list;
    return next.handle();
  }
}

/** The list that {@link RepositoryCacheInterceptor} got. */
export const CachedList = createParamDecorator(
  (_: unknown, context: ExecutionContext): RepositoryList => {
    const { repositoryList } = context.switchToHttp().getRequest<FastifyRequest>();
    if (!repositoryList) throw new Error('the route has no interceptor that gets the list');
    return repositoryList;
  },
);

/** Interceptors run before pipes: a query that is not valid is to be refused before anybody is asked. */
async function queryOf(request: FastifyRequest): Promise<ReposQueryDto> {
  if (Object.keys(request.query as object).length === 0) return new ReposQueryDto();
  return (await validationPipe.transform(request.query, {
    type: 'query',
    metatype: ReposQueryDto,
  })) as ReposQueryDto;
}

function secondsSince(instant: number): number {
  return Math.max(0, Math.floor((Date.now() - instant) / 1000));
}
