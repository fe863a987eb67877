import { applyDecorators } from '@nestjs/common';
import { ApiExtraModels, ApiResponse, getSchemaPath } from '@nestjs/swagger';
import { type ProblemCode, PROBLEMS } from './problem.catalog.js';
import { ProblemDto } from './problem.dto.js';
import { toProblem } from './problem.js';
import { DomainError } from './domain.error.js';

/** Any route can answer with these. */
const ALWAYS: readonly ProblemCode[] = [
  'invalid_request',
  'unauthorized',
  'session_over',
  'rate_limited',
  'internal',
  'state_unavailable',
];

/** Documents the problems a route can answer with, one response a status, one example a code. */
export function ApiProblems(...codes: ProblemCode[]): MethodDecorator & ClassDecorator {
  const all = [...new Set([...ALWAYS, ...codes])];
  const statuses = [...new Set(all.map((code) => PROBLEMS[code].status))];
  const responses = statuses.map((status) => {
    const group = all.filter((code) => PROBLEMS[code].status === status);
    return ApiResponse({
      status,
      description: group.map((code) => PROBLEMS[code].title).join('; '),
      content: {
        'application/problem+json': {
          schema: { $ref: getSchemaPath(ProblemDto) },
          examples: Object.fromEntries(group.map((code) => [code, { value: exampleOf(code) }])),
        },
      },
    });
  });
  return applyDecorators(ApiExtraModels(ProblemDto), ...responses);
}

function exampleOf(code: ProblemCode): object {
  return toProblem(new DomainError(code, PROBLEMS[code].title), { requestId: 'req-1' });
}
