import type { FastifyReply } from 'fastify';

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
