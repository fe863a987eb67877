import { createHook } from 'node:async_hooks';

/** Where something that a process holds was made. */
export interface Leftover {
  readonly type: string;
  readonly madeBy: string;
}

/** What may outlive a server: timers, also those that hold nothing up, sockets, processes, watchers. */
const KINDS =
  /^(Timeout|Immediate|TCP|TLS|PIPE|PROCESS|UDP|FSEVENT|FSREQ|DNS|GETADDRINFO|QUERY|WORKER|HTTPCLIENT|HTTPINCOMING|STATWATCHER|SIGNAL)/i;
/** Node notes the date for HTTP's headers anew each second. */
const OF_NODE = /at (Object\.)?utcDate|node:internal\/http/;
/** One clock for all of undici's time-outs, which stops when it finds none of them left. */
const OF_UNDICI = /undici.*\btimers\.js|node:internal\/deps\/undici.*refreshTimeout/;
const TURNS = 5;
const READ_MS = 2_000;

Error.stackTraceLimit = 40;
const held = new Map<number, Leftover>();
createHook({
  init(id, type) {
    if (!KINDS.test(type)) return;
    const { stack = '' } = new Error();
    if (type === 'Immediate' && stack.includes('whatIsLeft')) return;
    if (OF_NODE.test(stack) || OF_UNDICI.test(stack)) return;
    held.set(id, { type, madeBy: placeIn(stack) });
  },
  destroy(id) {
    held.delete(id);
  },
}).enable();

/** What is left, but for a file that is being read: that comes to its end, and may lead to something else. */
async function whatIsLeft(): Promise<Leftover[]> {
  const giveUpAt = performance.now() + READ_MS;
  for (let turns = 0; ; turns += 1) {
    const left = [...held].filter(([id]) => !before.has(id)).map(([, one]) => one);
    const isReading = left.some(({ type }) => type.startsWith('FSREQ'));
    if (turns >= TURNS && (!isReading || performance.now() > giveUpAt)) return left;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** The line of ours that made it, or of a library, or of Node. */
function placeIn(stack: string): string {
  const lines = stack.split('\n').slice(2);
  const ours = lines.find((line) => /\/(src|dist)\//.test(line) && !line.includes('node_modules'));
  const theirs = lines.find((line) => line.includes('node_modules'));
  return [ours, theirs, lines[0]].find(Boolean)?.trim() ?? '(unknown)';
}

/** The real server in a process that tells, when its server is closed, what is left of it. */
const { createApp } = await import('../../src/app.setup.js');
const before = new Set(held.keys());
const app = await createApp();
await app.listen(0, '127.0.0.1');
process.once('message', () => {
  void (async () => {
    await app.close();
    const left = await whatIsLeft();
    process.send!(left);
    process.disconnect();
  })();
});
process.send!((app.getHttpServer().address() as { port: number }).port);
