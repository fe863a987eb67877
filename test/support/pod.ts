import { createApp } from '../../src/app.setup.js';
import { stopOnSignals } from '../../src/ops/stop.signals.js';

/** A pod of its own process, for {@link PodProcess}: it tells its parent where it listens. */
const app = await createApp();
stopOnSignals(app);
await app.listen(0, '127.0.0.1');
process.send?.((app.getHttpServer().address() as { port: number }).port);
