import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { freePort } from '../support/redis.server.js';
import { waitUntilLive } from '../built/built.server.mjs';

const CLOCK_TICKS_PER_SECOND = 100;
const MEBIBYTE = 1024;

/** A program of a bench in a process of its own, and what it costs. */
export class Program {
  constructor(file, variables, { url, stderr = 'inherit' } = {}) {
    const { PATH, HOME } = process.env;
    this.child = spawn(process.execPath, [file], {
      env: { PATH, HOME, ...variables },
      stdio: ['ignore', 'pipe', stderr],
    });
    this.url = url;
  }

  /** One that prints its URL. */
  static async start(file, variables = {}) {
    const program = new Program(file, variables);
    [program.url] = await once(createInterface({ input: program.child.stdout }), 'line');
    return program;
  }

  /** The built server. */
  static async startServer(variables) {
    const port = await freePort();
    const program = new Program(
      'dist/main.js',
      {
        NODE_ENV: 'test',
        LOG_LEVEL: 'silent',
        RATE_LIMIT_PER_MINUTE: '1000000',
        PORT: String(port),
        ...variables,
      },
      // It greets whoever starts it there.
      { url: `http://127.0.0.1:${port}`, stderr: 'ignore' },
    );
    program.child.stdout.resume();
    await waitUntilLive(program.url);
    return program;
  }

  /** Seconds of a core that it has used. */
  get cpuSeconds() {
    const stat = readFileSync(`/proc/${this.child.pid}/stat`, 'utf8');
    const [user, system] = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .slice(11, 13);
    return (Number(user) + Number(system)) / CLOCK_TICKS_PER_SECOND;
  }

  /** MiB that it has in memory. */
  get memory() {
    const status = readFileSync(`/proc/${this.child.pid}/status`, 'utf8');
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)[1]) / MEBIBYTE;
  }

  async stop() {
    this.child.kill('SIGKILL');
    await once(this.child, 'exit');
  }
}
