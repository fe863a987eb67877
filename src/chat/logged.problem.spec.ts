import { describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { DomainError } from '../errors/domain.error.js';
import { loggedProblem } from './logged.problem.js';

describe('a problem of a message', () => {
  const logger = new Logger();
  const logged = jest.spyOn(logger, 'error').mockReturnValue();

  it('has an id by which its line in the log is found', () => {
    const error = new Error('nobody foresaw this');
    const { code, requestId } = loggedProblem(logger, error, { replyId: 'reply-1' });
    expect(requestId).toMatch(/^[\da-f-]{36}$/);
    expect(logged.mock.calls).toEqual([[{ replyId: 'reply-1', requestId, err: error }, code]]);
  });

  it.each(['draining', 'invalid_request'] as const)('is no line where it is %s', (code) => {
    logged.mockClear();
    expect(loggedProblem(logger, new DomainError(code, 'As it should be.')).code).toBe(code);
    expect(logged).not.toHaveBeenCalled();
  });
});
