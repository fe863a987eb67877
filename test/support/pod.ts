import { createApp } from '../../src/app.setup.js';
import { stopOnSignals } from '../../src/ops/stop.signals.js';

/** A pod of its own process, for {@link PodProcess}: it tells its parent where it listens. */
const app = await createApp();
stopOnSignals(app);
await app.listen(0, '127.0.0.1');
process.send?.((app.getHttpServer().address() as { port: number }).port);

/** What a spec tells it to fail with, where nobody catches it. */
process.on('message', ({ fail, message }: { fail: 'throw' | 'reject'; message: string }) => {
  const error = new Error(message);
  if (fail === 'reject') {
    void Promise.reject(error);
    return;
  }
  setImmediate(() => {
    throw error;
  });
});
