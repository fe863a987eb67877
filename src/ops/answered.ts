import type { FastifyInstance, FastifyReply } from 'fastify';

/** What proxies call an answer whose client left before its end; nobody is sent it. */
const CLIENT_LEFT = 499;

/**
 * Tells once that the answer has been sent, or that its connection is gone. Fastify's `onResponse` is
 * silent about clients that leave early, as readers of event streams do.
 * @param tell Given the status of the answer, 499 where it did not come to its end.
 */
export function whenAnswered(reply: FastifyReply, tell: (status: number) => void): void {
  reply.raw.once('close', () => {
    tell(reply.raw.writableFinished ? reply.statusCode : CLIENT_LEFT);
  });
}

/**
 * Lets answers know of the end of their connection also while they wait behind another one (HTTP/1.1
 * pipelining): Node tells only the one whose turn it is.
 */
export function closeWaitingAnswers(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (request, reply, next) => {
    const { socket } = request.raw;
    const close = (): void => {
      if (!reply.raw.socket) reply.raw.emit('close');
    };
    // As many as the client writes before it reads.
    socket.setMaxListeners(0);
    socket.once('close', close);
    reply.raw.once('close', () => socket.off('close', close));
    next();
  });
}
