import { type ArgumentsHost, Catch, type ExceptionFilter, Logger } from '@nestjs/common';
import { fromFramework } from '../errors/framework.error.js';
import { toProblem } from '../errors/problem.js';
import { ChatSockets } from './chat.sockets.js';
import { subjectOf } from './message.subject.js';
import type { AuthenticatedSocket } from './session-ws.adapter.js';

/** Answers a message that failed with an `error` frame that names what the message was about. */
@Catch()
export class ChatFilter implements ExceptionFilter {
  private readonly logger = new Logger(ChatFilter.name);

  constructor(private readonly sockets: ChatSockets) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const context = host.switchToWs();
    const socket = this.sockets.of(context.getClient<AuthenticatedSocket>());
    if (toProblem(fromFramework(error)).status >= 500) this.logger.error(error);
    socket?.sendError(error, subjectOf(context.getData<unknown>()));
  }
}
