import type { Logger } from '@nestjs/common';
import { trace } from '@opentelemetry/api';
import { randomUUID } from 'node:crypto';
import { isNews } from '../errors/fault-news.js';
import { isFault, type Problem, toProblem } from '../errors/problem.js';

/**
 * What a client is told of something that failed and was no HTTP request; its `requestId` is
 * that of the line in the log, where it is one that operators have to read.
 * @param about What else the line is to tell.
 */
export function loggedProblem(
  logger: Logger,
  error: unknown,
  about: { readonly replyId?: string; readonly requestId?: string } = {},
): Problem {
  const requestId = about.requestId ?? randomUUID();
  const traceId = trace.getActiveSpan()?.spanContext().traceId;
  const problem = toProblem(error, { requestId, traceId });
  if (isNews(problem)) logger.error({ ...about, requestId, err: error }, problem.code);
  else if (isFault(problem)) logger.warn({ ...about, requestId }, problem.code);
  return problem;
}
