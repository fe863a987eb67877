import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Logger,
  Param,
  Post,
  Req,
  Res,
} from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiHeader,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiResponse,
  ApiTags,
  getSchemaPath,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Readable } from 'node:stream';
import { CurrentSession, RequestSignal } from '../../auth/request.decorators.js';
import type { Session } from '../../auth/session.js';
import { ApiProblems } from '../../errors/api-problems.decorator.js';
import { resolveFilter } from '../../recap/action-filter.js';
import { chooseMediaType } from '../../recap/media-type.js';
import { DomainError } from '../../errors/domain.error.js';
import { fromFramework } from '../../errors/framework.error.js';
import { RecapDto, RepliesDto, ReplyDto } from './replies.dto.js';
import { withTimeout } from '../../state/with-timeout.js';
import { loggedProblem } from '../logged.problem.js';
import { SocketLimit } from '../socket.limit.js';
import { toEventStream } from './event-stream.js';
import { acceptedFrame, errorFrame, type Frame, toFrame } from './reply.message.js';
import { ReplyService } from './reply.service.js';

/** How long a JSON answer waits for its recap. */
const WAIT_MS = 25_000;
const MEDIA_TYPES = ['application/json', 'text/event-stream'] as const;

const REPLY_CONTENT = {
  'application/json': { schema: { $ref: getSchemaPath(ReplyDto) } },
  'text/event-stream': { schema: { type: 'string' } },
};

@ApiTags('recap')
@ApiBearerAuth()
@Controller()
export class RepliesController {
  private readonly logger = new Logger(RepliesController.name);

  constructor(
    private readonly replies: ReplyService,
    private readonly limit: SocketLimit,
  ) {}

  /**
   * Write a recap
   *
   * @remarks Waits up to 25 seconds for it and answers 202 with what there is by then; with
   * `Accept: text/event-stream` streams the events of the socket.
   */
  @Post('recaps')
  @ApiResponse({ status: 200, description: 'The recap has ended', content: REPLY_CONTENT })
  @ApiResponse({ status: 202, description: 'The recap is still being written', type: ReplyDto })
  @ApiProblems(
    'repository_not_found',
    'too_many_replies',
    'too_many_sockets',
    'server_busy',
    'quota_exceeded',
    'draining',
    'not_acceptable',
  )
  async createRecap(
    @CurrentSession() session: Session,
    @Body() { bullets, style, language, ...asked }: RecapDto,
    @RequestSignal() signal: AbortSignal,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const mediaType = chooseMediaType(request.raw, MEDIA_TYPES);
    const filter = resolveFilter(asked, session);
    const begin = async (): Promise<string> => {
      const { id } = await this.replies.start(session, { filter, bullets, style, language });
      void reply.header('location', `/replies/${id}`).header('vary', 'Accept');
      return id;
    };
    if (mediaType === 'text/event-stream') {
      return this.stream(session, reply, async () => {
        const id = await begin();
        return this.frames(session, id, 0, signal, acceptedFrame(id));
      });
    }
    const id = await begin();
    const ended = await this.waitForEnd(session, id, signal);
    await reply.code(ended ? 200 : 202).send(await this.replies.view(session, id));
  }

  /** The session's conversation */
  @Get('replies')
  @ApiProblems()
  async listReplies(@CurrentSession() session: Session): Promise<RepliesDto> {
    return { replies: await this.replies.list(session) };
  }

  /**
   * One reply
   *
   * @remarks With `Accept: text/event-stream` follows it, from behind the event named by Last-Event-ID.
   */
  @Get('replies/:replyId')
  @ApiHeader({ name: 'Last-Event-ID', required: false, description: 'The last seq seen' })
  @ApiOkResponse({ description: 'The reply', content: REPLY_CONTENT })
  @ApiNoContentResponse({ description: 'The reply has ended and all its events have been seen' })
  @ApiProblems('reply_not_found', 'not_acceptable', 'too_many_sockets', 'server_busy')
  async getReply(
    @CurrentSession() session: Session,
    @Param('replyId') replyId: string,
    @RequestSignal() signal: AbortSignal,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    void reply.header('vary', 'Accept');
    if (chooseMediaType(request.raw, MEDIA_TYPES) === 'application/json') {
      await reply.send(await this.replies.view(session, replyId));
      return;
    }
    const after = readSeq(request.headers['last-event-id']);
    if (await this.replies.isOver(session, replyId, after)) {
      // Tells an EventSource that there is nothing to connect again for.
      await reply.code(204).send();
      return;
    }
    await this.stream(session, reply, () => this.frames(session, replyId, after, signal));
  }

  /** Cancel a reply */
  @Delete('replies/:replyId')
  @HttpCode(204)
  @ApiProblems('reply_not_found')
  async cancelReply(
    @CurrentSession() session: Session,
    @Param('replyId') replyId: string,
  ): Promise<void> {
    await this.replies.cancel(session, replyId);
  }

  private async waitForEnd(session: Session, id: string, client: AbortSignal): Promise<boolean> {
    return withTimeout(WAIT_MS, client, async (signal, timeout) => {
      try {
        const events = await this.replies.follow(session, id, 0, signal);
        while (!(await events.next()).done);
        return true;
      } catch (error) {
        if (timeout.aborted) return false;
        throw error;
      }
    });
  }

  private async frames(
    session: Session,
    replyId: string,
    after: number,
    signal: AbortSignal,
    first?: Frame,
  ): Promise<AsyncGenerator<Frame, void>> {
    const { logger } = this;
    const events = await this.replies.follow(session, replyId, after, signal);
    return (async function* (): AsyncGenerator<Frame, void> {
      if (first) yield first;
      try {
        for await (const event of events) yield toFrame(replyId, event);
      } catch (error) {
        if (signal.aborted) return;
        yield errorFrame(loggedProblem(logger, fromFramework(error)), { replyId });
      }
    })();
  }

  /** Takes one of the session's places before anything begins, until the stream has closed. */
  private async stream(
    session: Session,
    reply: FastifyReply,
    begin: () => Promise<AsyncGenerator<Frame, void>>,
  ): Promise<void> {
    const leave = await this.limit.enter(session.identity);
    let body: Readable;
    try {
      body = toEventStream(await begin());
    } catch (error) {
      leave();
      throw error;
    }
    body.once('close', leave);
    await reply
      .code(200)
      .type('text/event-stream; charset=utf-8')
      .header('cache-control', 'no-store')
      .header('x-accel-buffering', 'no')
      .send(body);
  }
}

function readSeq(header: string | string[] | undefined): number {
  if (header === undefined) return 0;
  if (typeof header === 'string' && /^\d{1,9}$/.test(header)) return Number(header);
  throw new DomainError('invalid_request', 'Last-Event-ID must be the number of an event.', {
    errors: [{ field: 'Last-Event-ID', message: 'Last-Event-ID must be a whole number' }],
  });
}
