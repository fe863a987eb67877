import type { FastifyInstance, FastifyReply } from 'fastify';
import type { ServerResponse } from 'node:http';

/** What proxies call an answer whose client left before its end; nobody is sent it. */
const CLIENT_LEFT = 499;

const waiting = new WeakMap<ServerResponse, (() => void)[]>();

/**
 * Calls back once when the answer has been sent or its connection is gone. All who wait share one
 * listener: Node warns of a leak where one answer has more than ten, and a file that is sent has six.
 */
export function onceClosed({ raw }: FastifyReply, tell: () => void): void {
  const others = waiting.get(raw);
  if (others) {
    others.push(tell);
    return;
  }
  const all = [tell];
  waiting.set(raw, all);
  raw.once('close', () => all.forEach((each) => each()));
}

/**
 * Tells once that the answer has been sent, or that its connection is gone. Fastify's `onResponse` is
 * silent about clients that leave early, as readers of event streams do.
 * @param tell Given the status of the answer, 499 where it did not come to its end.
 */
export function whenAnswered(reply: FastifyReply, tell: (status: number) => void): void {
  onceClosed(reply, () => {
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
    onceClosed(reply, () => socket.off('close', close));
    next();
  });
}
