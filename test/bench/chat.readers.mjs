import { on, once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';

const REPLIES_PER_SESSION = 4;
/** So that they do not speak in step. */
const BEGIN_EVERY_MS = 5;
const ENDED_WITHIN_MS = 60_000;
const DIGITS = /\d{6,}/g;

/** @returns a session of the server. */
export async function signIn(url) {
  const response = await fetch(`${url}/clone`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ path: 'one' }),
  });
  if (response.status !== 201) throw new Error(`sign-in was answered ${response.status}`);
  return response.json();
}

/** A socket of the session; of the bare relay without one. */
export async function connect(url, session) {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/ws/${session?.sessionId ?? ''}`, {
    headers: session && { authorization: `Bearer ${session.accessToken}` },
    perMessageDeflate: false,
  });
  await once(socket, 'open');
  return socket;
}

/** Has a recap written that can be asked about. What it is written from is read once, not by each reply. */
async function writeRecap(url, session) {
  const socket = await connect(url, session);
  socket.send(JSON.stringify({ event: 'recap', data: { bullets: 1 } }));
  for await (const [frame] of on(socket, 'message')) {
    const { event, data } = JSON.parse(frame);
    if (event === 'error') throw new Error(`A recap ended in ${JSON.stringify(data)}.`);
    if (event === 'done') break;
  }
  socket.terminate();
}

/**
 * Reads so many replies at once to their end: answers about a recap.
 * @returns the delay of the tokens in milliseconds once all replies have begun, that of all, and the
 * seconds that it took.
 * @throws Error when a token is missing.
 */
export async function readReplies({ server, relay, replies, tokens }) {
  const { url } = server ?? relay;
  const sessions = [];
  for (let count = 0; server && count < replies / REPLIES_PER_SESSION; count += 1) {
    const session = await signIn(url);
    await writeRecap(url, session);
    sessions.push(session);
  }
  const sockets = [];
  for (let index = 0; index < replies; index += 1) {
    sockets.push(await connect(url, sessions[Math.floor(index / REPLIES_PER_SESSION)]));
  }
  const seen = [];
  const begunAt = performance.now();
  const counts = await Promise.all(
    sockets.map(async (socket, index) => {
      await sleep(index * BEGIN_EVERY_MS);
      return readOne(socket, seen);
    }),
  );
  const seconds = (performance.now() - begunAt) / 1_000;
  for (const socket of sockets) socket.terminate();
  const short = counts.filter((count) => count !== tokens);
  if (short.length > 0) throw new Error(`Of ${tokens} tokens came ${short.join(', ')}.`);
  const begun = Math.max(...seen.filter(({ isFirst }) => isFirst).map(({ sentAt }) => sentAt));
  const steady = seen.filter(({ sentAt }) => sentAt > begun);
  return {
    p50: quantile(steady, 0.5),
    p99: quantile(steady, 0.99),
    p99OfAll: quantile(seen, 0.99),
    seconds,
  };
}

function quantile(tokens, share) {
  const delays = tokens.map(({ delay }) => delay).toSorted((one, other) => one - other);
  return delays[Math.floor(share * (delays.length - 1))];
}

/** @returns how many tokens came. */
function readOne(socket, seen) {
  return new Promise((resolve, reject) => {
    let count = 0;
    const tooLong = setTimeout(() => reject(new Error('A reply did not end.')), ENDED_WITHIN_MS);
    socket.on('message', (frame) => {
      const now = Number(process.hrtime.bigint() / 1000n);
      const { event, data } = JSON.parse(frame);
      for (const [sentAt] of (event === 'token' && data.text.matchAll(DIGITS)) || []) {
        seen.push({ sentAt: Number(sentAt), delay: (now - sentAt) / 1_000, isFirst: count === 0 });
        count += 1;
      }
      if (event === 'error') reject(new Error(`A reply ended in ${JSON.stringify(data)}.`));
      if (event !== 'done') return;
      clearTimeout(tooLong);
      resolve(count);
    });
    socket.send(JSON.stringify({ event: 'chat', data: { text: 'What time is it?' } }));
  });
}
