import { ApiProperty } from '@nestjs/swagger';
import { PROBLEM_CODES, type ProblemCode } from './problem.catalog.js';

export class FieldErrorDto {
  /** @example bullets */
  field: string;
  /** @example bullets must not be greater than 15 */
  message: string;
}

/** An RFC 9457 problem. */
export class ProblemDto {
  /** @example urn:git-recap:problem:invalid_request */
  type: string;
  /** @example The request is not valid */
  title: string;
  /** @example 400 */
  status: number;
  /** What is wrong with this request. */
  detail: string;
  /** The path that was asked for. */
  instance?: string;
  @ApiProperty({ enum: PROBLEM_CODES, enumName: 'ProblemCode' })
  code: ProblemCode;
  /** What to do next. */
  hint: string;
  /** Name it to the operator: the log has it too. */
  requestId?: string;
  /** The trace the request belongs to: the caller's traceparent's, or where traces are kept one of the server's. */
  traceId?: string;
  /** Seconds after which it is worth trying again. */
  retryAfter?: number;
  @ApiProperty({ type: [FieldErrorDto], required: false })
  errors?: readonly FieldErrorDto[];
}
