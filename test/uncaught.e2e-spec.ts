import { afterEach, describe, expect, it } from '@jest/globals';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { randomBytes } from 'node:crypto';

const TOKEN = `ghp_${'s3cret'.repeat(6)}`;

/** What reached its end without anybody catching it. */
describe('an error that nobody catches', () => {
  let child: ChildProcess;

  afterEach(() => {
    child.kill('SIGKILL');
  });

  /** Has the server fail, and waits for its end. @returns its exit code and its log. */
  const failBy = async (what: 'throw' | 'reject'): Promise<{ code: number; log: string }> => {
    child = fork('test/support/pod.ts', {
      execArgv: ['--import', './test/support/typescript.mjs'],
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
      env: {
        PATH: process.env.PATH,
        NODE_ENV: 'test',
        LOG_LEVEL: 'info',
        JWT_SECRET_KEY: randomBytes(32).toString('hex'),
        REDIS_URL: process.env.TEST_REDIS_URL,
      },
    });
    let log = '';
    child.stdout!.setEncoding('utf8').on('data', (text: string) => (log += text));
    await once(child, 'message');
    child.send({ fail: what, message: `cannot go on with ${TOKEN}` });
    const [code] = (await once(child, 'close')) as [number];
    return { code, log };
  };

  it.each(['throw', 'reject'] as const)(
    'is logged without secrets, and ends the process in order with another code than 0: %s',
    async (what) => {
      const { code, log } = await failBy(what);
      expect(code).toBe(1);
      const lines = log
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as { level: number; err?: { message: string } });
      const fatal = lines.filter(({ level }) => level === 60);
      expect(fatal).toHaveLength(1);
      expect(fatal[0]!.err!.message).toBe('cannot go on with [redacted]');
      expect(log).not.toContain(TOKEN);
    },
    60_000,
  );
});
