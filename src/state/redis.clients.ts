import { Logger } from '@nestjs/common';
import { Cluster, Redis, type RedisOptions } from 'ioredis';
import { setTimeout as sleep } from 'node:timers/promises';
import { readRedisUrl, type RedisUrl } from '../config/redis-url.js';
import { hangUpWhenSilent } from './hang-up.js';
import { joinWrites } from './join-writes.js';

/** The two connections of a process: once subscribed, a connection can do nothing else. */
export interface RedisClients {
  readonly commands: Redis | Cluster;
  readonly subscriber: Redis | Cluster;
}

const HEARTBEAT_INTERVAL_MS = 5_000;
/** How long the end of a connection may take that has no answer to wait for. */
const DISCONNECT_MS = 100;
/** How long a command may take. */
const PATIENCE_MS = 500;

const heartbeats = new WeakMap<Redis | Cluster, NodeJS.Timeout>();

const retryDelay = (attempt: number): number => Math.min(attempt * 100, 1_000);

/** Whoever asks while Redis is away hears so at once; the connection is sought until it is back. */
const FAIL_FAST: RedisOptions = {
  enableOfflineQueue: false,
  // A command whose answer got lost is never sent again: it may have run, and its caller has moved on.
  maxRetriesPerRequest: 0,
  autoResendUnfulfilledCommands: false,
  // RedisSubscriptions does it: here a failing one would be a rejection that nobody can handle.
  autoResubscribe: false,
  connectTimeout: 2_000,
  disconnectTimeout: DISCONNECT_MS,
  retryStrategy: retryDelay,
  // After a fail-over the address may still lead to the old primary, now a replica.
  reconnectOnError: (error) => error.message.startsWith('READONLY'),
};

/**
 * Connects to what REDIS_URL names: one Redis, the primary of a Sentinel, or a Cluster. Returns
 * without waiting.
 * @param heartbeatMs How often each connection is asked whether it still is one.
 */
export function connectRedis(url: string, heartbeatMs = HEARTBEAT_INTERVAL_MS): RedisClients {
  return {
    commands: connect(url, 'commands', heartbeatMs),
    subscriber: connect(url, 'subscriber', heartbeatMs),
  };
}

/** Lets commands under way finish; without a connection there are none. */
export async function close(client: Redis | Cluster): Promise<void> {
  await client.quit().catch(() => undefined);
  if (client.status !== 'end') {
    client.disconnect();
    // Where there is no connection, ioredis tells of no end, and its own timer runs on so long.
    await sleep(DISCONNECT_MS);
  }
  clearInterval(heartbeats.get(client));
}

/** Gives up a connection that looks well but does not answer. */
export function reconnect(client: Redis | Cluster): void {
  if (client.status === 'ready') client.disconnect(true);
}

function connect(url: string, purpose: string, heartbeatMs: number): Redis | Cluster {
  const client = open(readRedisUrl(url), { ...FAIL_FAST, connectionName: `git-recap-${purpose}` });
  if (client instanceof Cluster) {
    client.on('+node', setUp);
    hangUpWhenSilent(client, PATIENCE_MS);
  } else {
    setUp(client);
  }
  reportOutages(client, purpose);
  keepAlive(client, heartbeatMs);
  return client;
}

function setUp(connection: Redis): void {
  joinWrites(connection);
  hangUpWhenSilent(connection, PATIENCE_MS);
}

function open(url: RedisUrl, options: RedisOptions): Redis | Cluster {
  const { nodes, username, password, database, primary, sentinelPassword } = url;
  const tls = url.tls ? {} : undefined;
  const common = { ...options, username, password, tls };
  switch (url.form) {
    case 'single':
      return new Redis({ ...common, ...nodes[0], db: database });
    case 'sentinel':
      return new Redis({
        ...common,
        sentinels: nodes.map((node) => ({ ...node })),
        name: primary,
        db: database,
        sentinelPassword,
        enableTLSForSentinelMode: url.tls,
        sentinelTLS: tls,
        sentinelCommandTimeout: PATIENCE_MS,
        sentinelRetryStrategy: retryDelay,
      });
    case 'cluster':
      return new Cluster([...nodes], {
        redisOptions: common,
        enableOfflineQueue: false,
        clusterRetryStrategy: retryDelay,
        // Certificates name hosts, not the addresses that these resolve to.
        ...(url.tls && { dnsLookup: (host, callback) => callback(null, host) }),
      });
  }
}

/** Says once that the connection is gone and once that it is back, not at every attempt. */
function reportOutages(client: Redis | Cluster, purpose: string): void {
  const logger = new Logger('Redis');
  let isOut = false;
  client.on('error', (error: NodeJS.ErrnoException) => {
    if (isOut) return;
    isOut = true;
    logger.error(`No connection for ${purpose}: ${error.message || String(error.code)}`);
  });
  client.on('ready', () => {
    if (!isOut) return;
    isOut = false;
    logger.log(`Connected again for ${purpose}.`);
  });
}

/**
 * A peer that vanished without a word leaves a connection that looks open for as long as the
 * system's TCP patience lasts: ask now and then, and connect anew when there is no answer.
 */
function keepAlive(client: Redis | Cluster, heartbeatMs: number): void {
  const heartbeat = setInterval(() => {
    if (client.status !== 'ready') return;
    client.ping().catch(() => reconnect(client));
  }, heartbeatMs).unref();
  heartbeats.set(client, heartbeat);
}
