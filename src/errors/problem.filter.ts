import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { fromFramework } from './framework.error.js';
import type { ProblemCode } from './problem.catalog.js';
import { isNews } from './fault-news.js';
import { type Problem, toProblem } from './problem.js';

/** Answers every failed HTTP request with `application/problem+json`. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  catch(thrown: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const error = fromFramework(thrown);
    const problem = sendProblem(error, http.getRequest(), http.getResponse());
    // With the id that the client was given, and the trace it came by.
    if (isNews(problem)) http.getRequest<FastifyRequest>().log.error(error);
  }
}

declare module 'fastify' {
  interface FastifyRequest {
    /** What it was answered with, where that was a problem. */
    problemCode?: ProblemCode;
    /** The trace it belongs to: the caller's, or where traces are exported one of its own. */
    traceId?: string;
  }
}

/** Sends the problem that stands for the error, and returns it. */
export function sendProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): Problem {
  const problem = toProblem(error, {
    instance: request.url.split('?', 1)[0],
    requestId: request.id,
    traceId: request.traceId,
  });
  if (reply.sent) return problem;
  request.problemCode = problem.code;
  void reply.header('x-request-id', request.id);
  if (problem.retryAfter) void reply.header('retry-after', problem.retryAfter);
  if (problem.status === 401) void reply.header('www-authenticate', 'Bearer');
  void reply.code(problem.status).type('application/problem+json').send(JSON.stringify(problem));
  return problem;
}
