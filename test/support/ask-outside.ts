// Asks for an address through the way out, in a process with an environment of its own, and prints
// the answer or why there is none.
import 'reflect-metadata';
import { readEnvironment } from '../../src/config/read-environment.js';
import { OutboundHttp } from '../../src/providers/http/outbound-http.js';
import { OutboundLimits } from '../../src/providers/http/outbound.limits.js';

const [url = ''] = process.argv.slice(2);
const limits = Object.assign(new OutboundLimits(), { firstPause: 5 });
const http = new OutboundHttp(limits, readEnvironment(process.env));
try {
  const answer = await http.fetchFor({ provider: 'github', baseUrl: url })(url);
  process.stdout.write(await answer.text());
} catch (error) {
  process.stdout.write(String(error));
} finally {
  await http.onApplicationShutdown();
}
