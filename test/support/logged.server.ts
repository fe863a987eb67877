import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { randomBytes } from 'node:crypto';
import { createApp } from '../../src/app.setup.js';
import type { Variables } from '../../src/config/read-environment.js';

export type LogLine = Readonly<Record<string, unknown>>;

/** The real server whose log a spec reads. */
export interface LoggedServer {
  readonly app: NestFastifyApplication;
  readonly url: string;
  /** What it has logged, oldest first; a spec may empty it. */
  readonly lines: LogLine[];
}

export async function startLoggedServer(variables: Variables = {}): Promise<LoggedServer> {
  const lines: LogLine[] = [];
  const settings = {
    NODE_ENV: 'test',
    JWT_SECRET_KEY: randomBytes(32).toString('hex'),
    REDIS_URL: process.env.TEST_REDIS_URL,
    RATE_LIMIT_PER_MINUTE: '1000000',
    ...variables,
  };
  const app = await createApp(settings, {
    write: (text: string) => {
      for (const line of text.split('\n').filter(Boolean)) lines.push(JSON.parse(line) as LogLine);
    },
  });
  await app.listen(0, '127.0.0.1');
  const { port } = app.getHttpServer().address() as { port: number };
  return { app, url: `http://127.0.0.1:${String(port)}`, lines };
}
