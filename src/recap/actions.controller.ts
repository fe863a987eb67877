import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiExtraModels,
  ApiOkResponse,
  ApiTags,
  getSchemaPath,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CurrentSession, RequestSignal } from '../auth/request.decorators.js';
import type { Session } from '../auth/session.js';
import { ApiProblems } from '../errors/api-problems.decorator.js';
import { readCursor, writeCursor } from './action-cursor.js';
import { type ResolvedFilter, resolveFilter } from './action-filter.js';
import { ActionsDto, ActionsQueryDto } from './actions.dto.js';
import { actionsAsText } from './actions.text.js';
import { type Activity, ActivityService } from './activity.service.js';
import { chooseMediaType } from './media-type.js';

@ApiTags('recap')
@ApiBearerAuth()
@Controller('actions')
export class ActionsController {
  constructor(private readonly activity: ActivityService) {}

  /**
   * What happened, newest first
   *
   * @remarks As JSON in pages, or with `Accept: text/plain` as text grouped by calendar day.
   */
  @Get()
  @ApiExtraModels(ActionsDto)
  @ApiOkResponse({
    description: 'The actions and what was read for them',
    content: {
      'application/json': { schema: { $ref: getSchemaPath(ActionsDto) } },
      'text/plain': { schema: { type: 'string' } },
    },
  })
  @ApiProblems(
    'repository_not_found',
    'repository_too_large',
    'not_acceptable',
    'provider_unauthorized',
    'provider_rate_limited',
    'provider_failed',
    'provider_timeout',
  )
  async listActions(
    @CurrentSession() session: Session,
    @Query() query: ActionsQueryDto,
    @RequestSignal() signal: AbortSignal,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ActionsDto | string> {
    const mediaType = chooseMediaType(request.raw, ['application/json', 'text/plain']);
    const { limit, cursor, ...asked } = query;
    const page = cursor ? readCursor(cursor) : { filter: asked, after: undefined };
    const filter = resolveFilter(page.filter, session);
    const activity = await this.activity.collect(
      session,
      { filter, limit, after: page.after },
      signal,
    );
    void reply.header('vary', 'Accept');
    if (mediaType === 'text/plain') {
      void reply.type('text/plain; charset=utf-8');
      return actionsAsText(activity, filter.timeZone);
    }
    return { ...activity, author: filter.author, nextCursor: nextCursor(activity, filter) };
  }
}

function nextCursor({ actions, coverage }: Activity, filter: ResolvedFilter): string | undefined {
  const last = actions.at(-1);
  return coverage.truncated && last ? writeCursor({ filter, after: last }) : undefined;
}
