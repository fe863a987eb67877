import type { AddressInfo } from 'node:net';
import type { Variables } from './terminal.js';

/** The server, running in this process and for it alone. */
export interface LocalServer {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Starts the whole server on a free port of this machine. What concerns a shared server (its store,
 * keys, port and log) is not taken from the environment; the rest is, above all ANTHROPIC_API_KEY.
 */
export async function startServer(
  environment: Variables,
  gitRoot: string | undefined,
): Promise<LocalServer> {
  // Loaded late, so that --help does not wait for it.
  const { createApp } = await import('../app.setup.js');
  const app = await createApp({
    ...environment,
    NODE_ENV: 'development',
    LOG_LEVEL: 'silent',
    REDIS_URL: undefined,
    JWT_SECRET_KEY: undefined,
    PORT: undefined,
    GIT_ROOT: gitRoot,
  });
  await app.listen(0, '127.0.0.1');
  const { port } = app.getHttpServer().address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, close: () => app.close() };
}
