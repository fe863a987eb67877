import { Redis } from 'ioredis';

export const REDIS_TEST_URL = process.env.REDIS_TEST_URL ?? 'redis://127.0.0.1:6379';

/** Whether specs may use the Redis at REDIS_TEST_URL; in CI they must, so there it always says yes. */
export async function isRedisReachable(): Promise<boolean> {
  if (process.env.CI) return true;
  const client = new Redis(REDIS_TEST_URL, { lazyConnect: true, retryStrategy: () => null });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    client.disconnect();
  }
}
