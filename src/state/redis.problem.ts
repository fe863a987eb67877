import { ReplyError } from 'ioredis';
import { DomainError } from '../errors/domain.error.js';
import { MissingRights } from './redis.rights.js';

/**
 * The first word of an error that Redis answers while it cannot serve, whatever is asked of it:
 * loading, failing over, not writing for want of a disk or a replica, or refusing our credential or
 * what it may do.
 */
const NOT_SERVING: ReadonlySet<string> = new Set([
  'LOADING',
  'READONLY',
  'MASTERDOWN',
  'CLUSTERDOWN',
  'TRYAGAIN',
  'BUSY',
  'MISCONF',
  'NOREPLICAS',
  'NOAUTH',
  'WRONGPASS',
  'NOPERM',
]);

/** What a failed Redis command means: a fault of ours stays as it is, all else is the store's state. */
export function redisProblem(error: unknown): unknown {
  // ioredis hangs the command with its arguments on the error: sealed records, too much for a log.
  if (error instanceof Error) Reflect.deleteProperty(error, 'command');

  if (error instanceof MissingRights) {
    return new DomainError('state_unavailable', 'The shared state refuses this server.', {
      cause: error,
    });
  }
  const code = error instanceof ReplyError ? firstWord(error) : undefined;
  if (code === 'OOM') {
    return new DomainError('state_full', 'The shared state holds as much as it may.', {
      cause: error,
    });
  }
  if (code === undefined || NOT_SERVING.has(code) || isRefusedInScript(error)) {
    return new DomainError('state_unavailable', 'The shared state cannot be reached.', {
      cause: error,
    });
  }
  return error;
}

/** What stands in NOPERM's place where a script does what its user may not, and all of it is `ERR`. */
function isRefusedInScript(error: unknown): boolean {
  return error instanceof Error && error.message.includes('user executing the script');
}

function firstWord(error: unknown): string | undefined {
  return error instanceof Error ? error.message.split(' ', 1)[0] : undefined;
}
