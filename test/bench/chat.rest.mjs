import { setTimeout as sleep } from 'node:timers/promises';
import { Program } from './program.mjs';
import { connect, signIn } from './chat.readers.mjs';

const SOCKETS_PER_SESSION = 10;
const AT_ONCE = 50;
const SETTLE_MS = 3_000;
/** The server's heartbeat. */
const HEARTBEAT_MS = 30_000;
/** A session rests longer than a heartbeat takes, so that one is seen before the end. */
const IDLE_SECONDS = 50;
const OVER_WITHIN_MS = 15_000;

/** Opens so many sockets, of sessions for the server. @returns them, and KiB that each took. */
async function open(program, count, sessions) {
  const before = program.memory;
  const sockets = [];
  while (sockets.length < count) {
    const next = Array.from({ length: AT_ONCE }, (_, index) =>
      connect(program.url, sessions[Math.floor((sockets.length + index) / SOCKETS_PER_SESSION)]),
    );
    sockets.push(...(await Promise.all(next)));
  }
  await sleep(SETTLE_MS);
  return { sockets, kibibytes: (1024 * (program.memory - before)) / count };
}

/** Rows about sockets on which nothing happens: memory, heartbeats, and how late they learn of the end. */
export async function rest({ settings, sockets: count }) {
  const bare = await Program.start('test/bench/bare.relay.mjs', {
    SOURCE: settings.ANTHROPIC_BASE_URL,
  });
  const ofBare = await open(bare, count, []);
  await bare.stop();

  const server = await Program.startServer({
    ...settings,
    SESSION_IDLE_SECONDS: String(IDLE_SECONDS),
  });
  try {
    const sessions = [];
    while (sessions.length < count / SOCKETS_PER_SESSION) sessions.push(await signIn(server.url));
    const ofServer = await open(server, count, sessions);
    const usedAt = performance.now() - SETTLE_MS;
    let pings = 0;
    const closed = ofServer.sockets.map(async (socket) => {
      socket.on('ping', () => (pings += 1));
      return new Promise((resolve) => {
        socket.once('close', (code) => resolve({ code, after: performance.now() - usedAt }));
      });
    });
    await sleep(HEARTBEAT_MS);
    const heartbeats = pings / count;
    const ends = await Promise.race([
      Promise.all(closed),
      sleep(1_000 * IDLE_SECONDS - HEARTBEAT_MS + OVER_WITHIN_MS, []),
    ]);
    const over = ends.filter(({ code }) => code === 4401);
    const latest = Math.max(...over.map(({ after }) => after)) / 1_000 - IDLE_SECONDS;
    const what = `${count} idle sockets`;
    const ratio = ofServer.kibibytes / ofBare.kibibytes;
    return [
      { what: `${what}: memory each`, value: Number(ofServer.kibibytes.toFixed(1)), unit: 'KiB' },
      {
        what: `${what}: memory each`,
        value: Number(ratio.toFixed(2)),
        unit: 'ratio',
        aim: '≤ 2',
        against: 'bare ws server',
      },
      {
        what: `${what}: heartbeats each in 30 s`,
        value: Number(heartbeats.toFixed(2)),
        unit: 'pings',
      },
      { what: `${what}: closed with 4401`, value: over.length, unit: 'sockets', aim: `≥ ${count}` },
      {
        what: `${what}: closed after the end of their session, at the latest`,
        value: Number(latest.toFixed(1)),
        unit: 's',
        aim: '≤ 1',
      },
    ];
  } finally {
    await server.stop();
  }
}
