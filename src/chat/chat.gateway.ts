import { Logger, UseFilters } from '@nestjs/common';
import {
  ConnectedSocket,
  MessageBody,
  type OnGatewayConnection,
  SubscribeMessage,
  WebSocketGateway,
} from '@nestjs/websockets';
import type { Session } from '../auth/session.js';
import { SessionService } from '../auth/session.service.js';
import { DomainError } from '../errors/domain.error.js';
import { Drain } from '../ops/drain.js';
import { resolveFilter } from '../recap/action-filter.js';
import { CancelMessageDto, ChatMessageDto, RecapMessageDto, ResumeMessageDto } from './chat.dto.js';
import { ChatFilter } from './chat.filter.js';
import { ChatSockets } from './chat.sockets.js';
import { chooseProtocol } from './handshake.js';
import { acceptedFrame, toFrame } from './replies/reply.message.js';
import { ReplyService } from './replies/reply.service.js';
import { CLOSE_SESSION_OVER, type SessionSocket } from './session-socket.js';
import type { AuthenticatedSocket } from './session-ws.adapter.js';

const MAX_FRAME_BYTES = 16 * 1024;

/** The socket of a session: takes requests for replies and follows what is written. */
@UseFilters(ChatFilter)
@WebSocketGateway({
  path: '/ws/:sessionId',
  maxPayload: MAX_FRAME_BYTES,
  perMessageDeflate: false,
  handleProtocols: chooseProtocol,
})
export class ChatGateway implements OnGatewayConnection {
  private readonly logger = new Logger(ChatGateway.name);

  constructor(
    private readonly sockets: ChatSockets,
    private readonly sessions: SessionService,
    private readonly replies: ReplyService,
    private readonly drain: Drain,
  ) {}

  handleConnection(client: AuthenticatedSocket): void {
    void this.sockets.open(client).catch((error: unknown) => {
      this.logger.warn({ err: error }, 'a socket cannot learn when its session ends');
      client.terminate();
    });
  }

  @SubscribeMessage('recap')
  async recap(
    @ConnectedSocket() client: AuthenticatedSocket,
    @MessageBody() { bullets, style, language, ref, ...asked }: RecapMessageDto,
  ): Promise<void> {
    const { socket, session } = await this.use(client);
    socket.checkRoom();
    const filter = resolveFilter(asked, session);
    const { id } = await this.replies.start(session, { filter, bullets, style, language });
    await socket.send(acceptedFrame(id, ref));
    await this.follow(socket, session, id, 0);
  }

  @SubscribeMessage('chat')
  async chat(
    @ConnectedSocket() client: AuthenticatedSocket,
    @MessageBody() { text, replyId, ref }: ChatMessageDto,
  ): Promise<void> {
    const { socket, session } = await this.use(client);
    socket.checkRoom();
    const { id } = await this.replies.ask(session, text, replyId);
    await socket.send(acceptedFrame(id, ref));
    await this.follow(socket, session, id, 0);
  }

  @SubscribeMessage('resume')
  async resume(
    @ConnectedSocket() client: AuthenticatedSocket,
    @MessageBody() { replyId, after }: ResumeMessageDto,
  ): Promise<void> {
    const { socket, session } = await this.use(client);
    await this.follow(socket, session, replyId, after);
  }

  @SubscribeMessage('cancel')
  async cancel(
    @ConnectedSocket() client: AuthenticatedSocket,
    @MessageBody() { replyId }: CancelMessageDto,
  ): Promise<void> {
    const { session } = await this.use(client);
    await this.replies.cancel(session, replyId);
  }

  /** Every message is use of the session, and sees the connections it has by now. */
  private async use(
    client: AuthenticatedSocket,
  ): Promise<{ socket: SessionSocket; session: Session }> {
    const socket = this.sockets.of(client);
    if (!socket) throw new DomainError('session_over', 'This socket is closed.');
    try {
      return { socket, session: await this.sessions.open(client.identity) };
    } catch (error) {
      if (error instanceof DomainError && error.code === 'session_over') {
        socket.close(CLOSE_SESSION_OVER, 'the session is over');
      }
      throw error;
    }
  }

  private async follow(
    socket: SessionSocket,
    session: Session,
    replyId: string,
    after: number,
  ): Promise<void> {
    const controller = socket.beginFollowing(replyId);
    const leave = this.drain.enter();
    try {
      const events = await this.replies.follow(session, replyId, after, controller.signal);
      for await (const event of events) await socket.send(toFrame(replyId, event));
    } catch (error) {
      if (!controller.signal.aborted) throw error;
    } finally {
      socket.endFollowing(replyId, controller);
      leave();
    }
  }
}
