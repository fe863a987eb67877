import type { Cluster, Redis } from 'ioredis';

/**
 * Runs every command that the server uses once, for what a Redis user may do (ACL) is known by trying:
 * asking for it is a right of its own. KEYS: text, list, set, counter. ARGV: channel.
 * @returns the names of those that are refused. Out of memory is no want of rights.
 */
export const TRY_RIGHTS = `
local missing = {}
local function try(...)
  local answer = redis.pcall(...)
  local refusal = type(answer) == 'table' and answer.err
  if not refusal or string.find(refusal, 'OOM', 1, true) then return end
  if not string.find(refusal, 'user executing the script', 1, true) then return refusal end
  local name = ...
  if string.find(refusal, 'channel', 1, true) then name = 'channels' end
  if string.find(refusal, 'keys', 1, true) then name = 'keys' end
  table.insert(missing, name)
end
local failed = try('SET', KEYS[1], '', 'PX', 1000)
if failed then return redis.error_reply(failed) end
try('TIME')
try('GET', KEYS[1])
try('EXISTS', KEYS[1])
try('PTTL', KEYS[1])
try('TTL', KEYS[1])
try('GETDEL', KEYS[1])
try('RPUSH', KEYS[2], '')
try('PEXPIRE', KEYS[2], 1000)
try('LLEN', KEYS[2])
try('LRANGE', KEYS[2], 0, 0)
try('ZADD', KEYS[3], 1, 'a')
try('ZRANGE', KEYS[3], 0, -1)
try('PEXPIREAT', KEYS[3], 1)
try('ZREM', KEYS[3], 'a')
try('ZREMRANGEBYSCORE', KEYS[3], '-inf', 1)
try('INCRBY', KEYS[4], 1)
try('DEL', KEYS[4])
try('UNLINK', KEYS[2], KEYS[3])
try('SCAN', '0', 'COUNT', 1)
try('PUBLISH', ARGV[1], '')
return missing
`;

/** What a refusal names: `NOPERM this user has no permissions to run the 'evalsha' command`. */
const COMMAND = /'([\w|]+)' command/;

/** The user of REDIS_URL may not do what the server needs. */
export class MissingRights extends Error {
  /** @param rights Names of commands in capitals; `keys` and `channels`: those under REDIS_PREFIX. */
  constructor(readonly rights: readonly string[]) {
    super(`the user of REDIS_URL lacks the right to: ${rights.join(', ')}`);
    this.name = 'MissingRights';
  }
}

/** @throws MissingRights, or what Redis answers that cannot serve at all. */
export async function tryRights(
  { commands, subscriber }: { commands: Redis | Cluster; subscriber: Redis | Cluster },
  prefix: string,
): Promise<void> {
  const keys = ['text', 'list', 'set', 'counter'].map((name) => `${prefix}{rights}:${name}`);
  const channel = `${prefix}{rights}:channel`;
  const [text = '', list = '', set = '', counter = ''] = keys;
  const [scripts, subscriptions] = await Promise.allSettled([
    commands.stateTryRights(text, list, set, counter, channel),
    subscriber.subscribe(`${channel}:heard`),
  ]);
  const missing = scripts.status === 'fulfilled' ? scripts.value : refused(scripts.reason);
  const unheard = subscriptions.status === 'fulfilled' ? [] : refused(subscriptions.reason);
  const rights = [...new Set([...missing, ...unheard])];
  if (rights.length > 0) throw new MissingRights(rights);
}

/** @throws the error when it is about something else. */
function refused(error: unknown): string[] {
  if (!(error instanceof Error && error.message.startsWith('NOPERM'))) throw error;
  const [, command] = COMMAND.exec(error.message) ?? [];
  // Which of the two is asked for hangs on what Redis remembers.
  if (command?.startsWith('eval')) return ['EVAL, EVALSHA'];
  if (command) return [command.toUpperCase()];
  return [error.message.includes('channels') ? 'channels' : 'keys'];
}
