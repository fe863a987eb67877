import { HttpException } from '@nestjs/common';
import { DomainError } from './domain.error.js';
import type { ProblemCode } from './problem.catalog.js';

const BY_STATUS: Readonly<Record<number, ProblemCode>> = {
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not_found',
  406: 'not_acceptable',
  408: 'request_timeout',
  413: 'body_too_large',
  415: 'unsupported_media_type',
  429: 'rate_limited',
};

/** Turns what Nest and Fastify throw about a request into a {@link DomainError}; others stay as they are. */
export function fromFramework(error: unknown): unknown {
  if (error instanceof DomainError) return error;
  const status = statusOf(error);
  if (status === undefined || status < 400 || status >= 500) return error;
  const code = BY_STATUS[status] ?? 'invalid_request';
  const detail = code === 'not_found' ? 'No route has this path.' : sentence(error);
  return new DomainError(code, detail, { cause: error });
}

function statusOf(error: unknown): number | undefined {
  if (error instanceof HttpException) return error.getStatus();
  const status = error instanceof Error && 'statusCode' in error ? error.statusCode : undefined;
  return typeof status === 'number' ? status : undefined;
}

function sentence(error: unknown): string {
  return error instanceof Error ? error.message : 'The request was refused.';
}
