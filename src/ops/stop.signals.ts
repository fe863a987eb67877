import { type INestApplicationContext, Logger } from '@nestjs/common';
import { Drain } from './drain.js';

/**
 * Ends the process with exit code 0 when it is told to: on the first signal when what runs has
 * finished (DRAIN_SECONDS at most), on the second at once.
 */
export function stopOnSignals(app: INestApplicationContext): void {
  const drain = app.get(Drain);
  const logger = new Logger('Drain');
  let stopping = false;
  const stop = async (signal: string): Promise<void> => {
    if (stopping) {
      await drain.end(0);
      return;
    }
    stopping = true;
    logger.log(`${signal}: nothing new begins here any more`);
    await drain.end();
    await app.close();
    // What else holds the process up, such as a connection that is being sought, has no say.
    process.exit(0);
  };
  for (const signal of ['SIGTERM', 'SIGINT']) {
    process.on(signal, (name: string) => {
      stop(name).catch((error: unknown) => {
        logger.error(error);
        process.exit(1);
      });
    });
  }
}
