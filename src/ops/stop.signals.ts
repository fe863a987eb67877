import { type INestApplicationContext, Logger } from '@nestjs/common';
import { Drain } from './drain.js';

/** Beyond the drain's deadline, for a server that is too broken to close. */
const CLOSE_MS = 10_000;

/**
 * Ends the process with exit code 0 when it is told to: on the first signal when what runs has
 * finished (DRAIN_SECONDS at most), on the second at once. An error that nobody caught is logged, and
 * ends it in the same way with exit code 1: what state it left things in, nobody knows.
 */
export function stopOnSignals(app: INestApplicationContext): void {
  const drain = app.get(Drain);
  const logger = new Logger('Drain');
  let stopping = false;
  let exitCode = 0;
  const stop = async (): Promise<void> => {
    stopping = true;
    try {
      await drain.end();
      await app.close();
    } catch (error) {
      logger.error(error);
      exitCode = 1;
    }
    // What else holds the process up, such as a connection that is being sought, has no say.
    process.exit(exitCode);
  };
  for (const signal of ['SIGTERM', 'SIGINT']) {
    process.on(signal, () => {
      if (stopping) {
        void drain.end(0);
        return;
      }
      logger.log(`${signal}: nothing new begins here any more`);
      void stop();
    });
  }
  // Rejections that nobody handles come here, too: https://nodejs.org/api/process.html#event-uncaughtexception
  process.on('uncaughtException', (error, origin) => {
    exitCode = 1;
    logger.fatal(
      { err: error, origin },
      'nobody caught this error: nothing new begins here any more',
    );
    if (stopping) return;
    void stop();
    setTimeout(() => process.exit(1), drain.longestMs + CLOSE_MS).unref();
  });
}
