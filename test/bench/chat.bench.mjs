// What a socket of the server costs beside one of a bare `ws` server: the delay it adds to the tokens of
// many replies at once, at 50 tokens a second each, up to the knee; and 5,000 sockets that rest.
// Model, readers, server and Redis share this machine. Needs a build: npm run bench:chat [-- --short]
import { RedisServer } from '../support/redis.server.js';
import { RepositoryFolder } from '../support/repository.js';
import { Program } from './program.mjs';
import { readReplies } from './chat.readers.mjs';
import { rest } from './chat.rest.mjs';
import { report } from './report.mjs';

const isShort = process.argv.includes('--short');
const LEVELS = isShort ? [50] : [50, 100, 200, 350, 500];
const IDLE_SOCKETS = isShort ? 500 : 5_000;
const TOKENS = isShort ? 150 : 250;
/** Readers of more replies than can be kept up with wait ever longer. */
const KNEE_MS = 500;
const AIMS = { 0: '≤ 15', 30: '≤ 45' };

const round = (number) => Number(number.toFixed(1));
const rows = [];
const folder = new RepositoryFolder().add('one', [{ subject: 'feat: one' }]);
const redis = await RedisServer.start();
const source = await Program.start('test/bench/token.source.mjs', { TOKENS: String(TOKENS) });
const settings = {
  REDIS_URL: redis.url,
  GIT_ROOT: folder.path,
  ANTHROPIC_API_KEY: 'sk-test',
  ANTHROPIC_BASE_URL: source.url,
};

/** What the delays are without the server. */
async function measureRelay(replies) {
  const relay = await Program.start('test/bench/bare.relay.mjs', { SOURCE: source.url });
  try {
    return await readReplies({ relay, replies, tokens: TOKENS });
  } finally {
    await relay.stop();
  }
}

/** Rows for one number of replies at once. @returns whether the readers were kept up with, and none was refused. */
async function measure(replies, coalesceMs, relay) {
  const server = await Program.startServer({ ...settings, REPLY_COALESCE_MS: String(coalesceMs) });
  try {
    await readReplies({ server, replies: 10, tokens: TOKENS });
    const [memory, cpu] = [server.memory, server.cpuSeconds];
    const { p50, p99, p99OfAll, seconds } = await readReplies({ server, replies, tokens: TOKENS });
    const what = `${replies} replies, coalesced for ${coalesceMs} ms`;
    const against = 'bare ws relay';
    const added = round(p99 - relay.p99);
    rows.push(
      { what: `${what}: added delay, median`, value: round(p50 - relay.p50), unit: 'ms', against },
      {
        what: `${what}: added delay, p99`,
        value: added,
        unit: 'ms',
        against,
        ...aim(replies, coalesceMs),
      },
      {
        what: `${what}: added delay, p99, also while all of them begin`,
        value: round(p99OfAll - relay.p99OfAll),
        unit: 'ms',
        against,
      },
      {
        what: `${what}: CPU`,
        value: round((100 * (server.cpuSeconds - cpu)) / seconds),
        unit: '% of a core',
      },
      {
        what: `${what}: memory a reply`,
        value: round((1024 * (server.memory - memory)) / replies),
        unit: 'KiB',
      },
    );
    return added < KNEE_MS;
  } catch (error) {
    console.log(`${replies} replies, coalesced for ${coalesceMs} ms: ${error.message}`);
    return false;
  } finally {
    await server.stop();
  }
}

/** Held to the aim is what is far from the knee. */
const aim = (replies, coalesceMs) => (replies === LEVELS[0] ? { aim: AIMS[coalesceMs] } : {});

try {
  const relays = new Map();
  for (const coalesceMs of [0, 30]) {
    let most = 0;
    for (const replies of LEVELS) {
      if (!relays.has(replies)) relays.set(replies, await measureRelay(replies));
      if (!(await measure(replies, coalesceMs, relays.get(replies)))) break;
      most = replies;
    }
    const what = `replies at once before the knee, coalesced for ${coalesceMs} ms`;
    rows.push({ what, value: most, unit: 'replies', aim: '≥ 500' });
  }
  rows.push(...(await rest({ settings, sockets: IDLE_SOCKETS })));
  report('chat', rows);
} finally {
  await source.stop();
  await redis.stop();
  folder.remove();
}
