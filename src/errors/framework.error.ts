import { HttpException } from '@nestjs/common';
import { DomainError } from './domain.error.js';
import type { ProblemCode } from './problem.catalog.js';

/** Fastify's own error codes for requests it refuses: https://fastify.dev/docs/latest/Reference/Errors/ */
const FASTIFY: Readonly<Record<string, ProblemCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'body_too_large',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'malformed_json',
  FST_ERR_CTP_INVALID_JSON_BODY: 'malformed_json',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'invalid_request',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported_media_type',
  FST_ERR_BAD_URL: 'invalid_request',
};

const BY_STATUS: Readonly<Record<number, ProblemCode>> = {
  400: 'invalid_request',
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
  const code = fastifyCode(error) ?? statusCode(error);
  if (!code) return error;
  const detail = code === 'not_found' ? 'No route has this path.' : sentence(error);
  return new DomainError(code, detail, { cause: error });
}

function fastifyCode(error: unknown): ProblemCode | undefined {
  if (error instanceof SyntaxError) return 'malformed_json';
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? FASTIFY[code] : undefined;
}

function statusCode(error: unknown): ProblemCode | undefined {
  if (error instanceof HttpException) return BY_STATUS[error.getStatus()];
  const status = error instanceof Error && 'statusCode' in error ? error.statusCode : undefined;
  return typeof status === 'number' ? BY_STATUS[status] : undefined;
}

function sentence(error: unknown): string {
  return error instanceof Error ? error.message : 'The request was refused.';
}
