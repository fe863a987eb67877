import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
const READY_WITHIN_MS = 20_000;
const STOPPED_WITHIN_MS = 15_000;

/** As Node prints it: `(node:1234) MaxListenersExceededWarning: Possible EventEmitter memory leak …`. */
const NODE_WARNING = /^\(node:\d+\) /;

/** Only what a program needs to run at all: what is set for a developer must not decide a check. */
const { PATH, HOME, TMPDIR } = process.env;

/**
 * Runs `dist/main.js` as its own process.
 * @param output Where it prints to; by default this process's standard error.
 */
export function runBuiltServer(environment, output = 2) {
  return spawn(process.execPath, ['dist/main.js'], {
    cwd: PROJECT,
    env: { PATH, HOME, TMPDIR, LOG_LEVEL: 'warn', ...environment },
    stdio: ['ignore', output, output],
  });
}

/**
 * Starts the built server on a free port, hands its base URL to `use`, and stops it with SIGTERM.
 * Rejects when the server does not get ready or does not stop with exit code 0 in time.
 * @param heard Whether somebody reads what it prints; else its pipes are broken.
 */
export async function withBuiltServer(environment, use, heard = true) {
  const port = await findFreePort();
  const settings = { HOST: '127.0.0.1', PORT: String(port), ...environment };
  const server = runBuiltServer(settings, 'pipe');
  const printed = heard ? listen(server) : unheard(server);
  const exit = once(server, 'exit');
  const url = `http://127.0.0.1:${port}`;
  try {
    await Promise.race([
      waitUntilLive(url),
      exit.then(([code]) => Promise.reject(new Error(`The server ended with code ${code}.`))),
    ]);
    await use(url);
    server.kill('SIGTERM');
    const [code, signal] = await within(STOPPED_WITHIN_MS, 'stop after SIGTERM', exit);
    if (code !== 0) throw new Error(`The server ended with ${signal ?? `code ${code}`}.`);
    const warnings = printed.filter((line) => NODE_WARNING.test(line));
    if (warnings.length > 0) throw new Error(`Node warned: ${warnings.join('\n')}`);
  } finally {
    server.kill('SIGKILL');
  }
}

/** Passes on what it prints, line by line, and keeps it. */
function listen({ stdout, stderr }) {
  const printed = [];
  for (const output of [stdout, stderr]) {
    createInterface(output).on('line', (line) => {
      printed.push(line);
      process.stderr.write(`${line}\n`);
    });
  }
  return printed;
}

function unheard({ stdout, stderr }) {
  stdout.destroy();
  stderr.destroy();
  return [];
}

export async function waitUntilLive(url) {
  const deadline = Date.now() + READY_WITHIN_MS;
  while (Date.now() < deadline) {
    const response = await fetch(`${url}/health/live`).catch(() => undefined);
    if (response?.ok) return;
    await sleep(100);
  }
  throw new Error(`The server was not live within ${READY_WITHIN_MS} ms.`);
}

/** The promise, unless it takes longer than the time given. */
export async function within(milliseconds, what, promise) {
  const timer = new AbortController();
  const timeout = sleep(milliseconds, undefined, { signal: timer.signal }).then(() => {
    throw new Error(`It took more than ${milliseconds} ms to ${what}.`);
  });
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    timer.abort();
    await timeout.catch(() => undefined);
  }
}

async function findFreePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}
