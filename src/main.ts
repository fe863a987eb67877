import { createApp } from './app.setup.js';
import { Environment } from './config/environment.js';
import { EnvironmentError } from './config/read-environment.js';
import { announce } from './ops/announce.js';
import { stopOnSignals } from './ops/stop.signals.js';

try {
  const app = await createApp();
  // Here, not in createApp: the command line has its own answer to Ctrl-C.
  stopOnSignals(app);
  const { PORT, HOST } = app.get(Environment);
  await app.listen(PORT, HOST ?? '127.0.0.1');
  announce(await app.getUrl(), app.get(Environment));
} catch (error) {
  const expected = error instanceof EnvironmentError;
  process.stderr.write(`${expected ? error.message : String((error as Error).stack)}\n`);
  process.exitCode = 1;
}
