// The server under test keeps its state in Redis where this is set, and in memory where it is not.
process.env.TEST_REDIS_URL = process.env.REDIS_TEST_URL ?? 'redis://127.0.0.1:6379';
