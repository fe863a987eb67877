import { type ArgumentsHost, Catch, type ExceptionFilter, Logger } from '@nestjs/common';
import { fromFramework } from '../errors/framework.error.js';
import { ChatSockets } from './chat.sockets.js';
import { loggedProblem } from './logged.problem.js';
import { subjectOf } from './message.subject.js';
import { errorFrame } from './replies/reply.message.js';
import type { AuthenticatedSocket } from './session-ws.adapter.js';

/** Answers a message that failed with an `error` frame that names what the message was about. */
@Catch()
export class ChatFilter implements ExceptionFilter {
  private readonly logger = new Logger(ChatFilter.name);

  constructor(private readonly sockets: ChatSockets) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const context = host.switchToWs();
    const socket = this.sockets.of(context.getClient<AuthenticatedSocket>());
    const problem = loggedProblem(this.logger, fromFramework(error));
    void socket?.send(errorFrame(problem, subjectOf(context.getData<unknown>())));
  }
}
