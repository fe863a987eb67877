import type { Cluster, Redis, Result } from 'ioredis';
import { TRY_RIGHTS } from './redis.rights.js';

/**
 * Enters a key into its scope's index, a sorted set by time of expiry that lives as long as its
 * last key and sheds expired ones on the way, so that a scope that never rests does not grow.
 */
const INDEX = `
local function index(set, key, ttl)
  local time = redis.call('TIME')
  local now = time[1] * 1000 + math.floor(time[2] / 1000)
  redis.call('ZREMRANGEBYSCORE', set, '-inf', now)
  redis.call('ZADD', set, now + ttl, key)
  redis.call('PEXPIREAT', set, redis.call('ZRANGE', set, -1, -1, 'WITHSCORES')[2])
end
`;

// In every script the first write is the one that Redis refuses when it is out of memory: a script
// is not checked again after it has written, so it writes all or nothing.

/** KEYS: value, index. ARGV: value, ttl. */
const SET = `${INDEX}
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
index(KEYS[2], KEYS[1], ARGV[2])
`;

/** KEYS: value, index. ARGV: value, ttl, expected (absent: nothing). */
const REPLACE = `${INDEX}
if redis.call('GET', KEYS[1]) ~= (ARGV[3] or false) then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
index(KEYS[2], KEYS[1], ARGV[2])
return 1
`;

/** KEYS: log, mark, index. ARGV: expected length, ttl, channel, entries. */
const APPEND = `${INDEX}
local length = redis.call('LLEN', KEYS[1])
local marked = redis.call('EXISTS', KEYS[2])
if length ~= tonumber(ARGV[1]) then return {0, length, marked} end
if #ARGV == 3 then return {1, length, marked} end
for i = 4, #ARGV do length = redis.call('RPUSH', KEYS[1], ARGV[i]) end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
index(KEYS[3], KEYS[1], ARGV[2])
redis.call('PUBLISH', ARGV[3], length)
return {1, length, marked}
`;

// The keys of touch and drop stand in the index, not in KEYS; all of them are in the index's slot.

const TOUCH_ALL = `${INDEX}
local function touch(set, ttl)
  local alive = 0
  for _, key in ipairs(redis.call('ZRANGE', set, 0, -1)) do
    if redis.call('PEXPIRE', key, ttl) == 1 then
      index(set, key, ttl)
      alive = 1
    else
      redis.call('ZREM', set, key)
    end
  end
  return alive
end
`;

/** KEYS: index. ARGV: ttl. */
const TOUCH = `${TOUCH_ALL}
return touch(KEYS[1], ARGV[1])
`;

/** KEYS: value, index. ARGV: ttl. */
const VISIT = `${TOUCH_ALL}
touch(KEYS[2], ARGV[1])
return redis.call('GET', KEYS[1])
`;

/** KEYS: index. */
const DROP = `
for _, key in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do redis.call('UNLINK', key) end
redis.call('UNLINK', KEYS[1])
`;

/** KEYS: counter. ARGV: by, ttl. */
const INCREMENT = `
local count = redis.call('INCRBY', KEYS[1], ARGV[1])
if redis.call('PTTL', KEYS[1]) < 0 then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return {count, redis.call('PTTL', KEYS[1])}
`;

/**
 * KEYS: channel. ARGV: message. A cluster passes messages on from any node, and keeps the order of
 * each: as a key, the channel goes to its scope's node, where the logs of the scope publish too.
 */
const PUBLISH = `
redis.call('PUBLISH', KEYS[1], ARGV[1])
`;

declare module 'ioredis' {
  interface RedisCommander<Context> {
    stateSet(
      record: string,
      index: string,
      content: string | Buffer,
      ttlMs: number,
    ): Result<null, Context>;
    stateReplace(
      value: string,
      index: string,
      text: string,
      ttlMs: number,
      ...expected: string[]
    ): Result<0 | 1, Context>;
    stateAppend(
      log: string,
      mark: string,
      index: string,
      expectedLength: number,
      ttlMs: number,
      channel: string,
      ...entries: readonly string[]
    ): Result<[appended: 0 | 1, length: number, marked: 0 | 1], Context>;
    stateTouch(index: string, ttlMs: number): Result<0 | 1, Context>;
    stateVisit(value: string, index: string, ttlMs: number): Result<string | null, Context>;
    stateDrop(index: string): Result<null, Context>;
    stateIncrement(
      counter: string,
      by: number,
      ttlMs: number,
    ): Result<[count: number, ttlMs: number], Context>;
    statePublish(channel: string, message: string): Result<null, Context>;
    stateTryRights(
      text: string,
      list: string,
      set: string,
      counter: string,
      channel: string,
    ): Result<string[], Context>;
  }
}

/** Teaches a client the commands that must not be interrupted; Redis runs each as one step. */
export function defineScripts(client: Redis | Cluster): void {
  client.defineCommand('stateSet', { lua: SET, numberOfKeys: 2 });
  client.defineCommand('stateReplace', { lua: REPLACE, numberOfKeys: 2 });
  client.defineCommand('stateAppend', { lua: APPEND, numberOfKeys: 3 });
  client.defineCommand('stateTouch', { lua: TOUCH, numberOfKeys: 1 });
  client.defineCommand('stateVisit', { lua: VISIT, numberOfKeys: 2 });
  client.defineCommand('stateDrop', { lua: DROP, numberOfKeys: 1 });
  client.defineCommand('stateIncrement', { lua: INCREMENT, numberOfKeys: 1 });
  client.defineCommand('statePublish', { lua: PUBLISH, numberOfKeys: 1 });
  client.defineCommand('stateTryRights', { lua: TRY_RIGHTS, numberOfKeys: 4 });
}
