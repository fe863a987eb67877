import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '../support/eventually.js';
import { freePort } from '../support/redis.server.js';

/** How haproxy sees a pod. */
interface Row {
  readonly name: string;
  readonly status: string;
  /** How its last check went, after how many milliseconds, and how many connections it has. */
  readonly check: string;
  readonly retries: number;
}

/** A real haproxy before the pods: it asks for their readiness and repeats what is safe to repeat. */
export class Haproxy {
  private constructor(
    private readonly child: ChildProcess,
    private readonly directory: string,
    readonly url: string,
    private readonly statusUrl: string,
  ) {}

  /** @throws Error when it does not come up, or there is no haproxy. */
  static async start(podPorts: readonly number[]): Promise<Haproxy> {
    const [port, statusPort] = [await freePort(), await freePort()];
    const directory = await mkdtemp(join(tmpdir(), 'git-recap-haproxy-'));
    const file = join(directory, 'haproxy.cfg');
    await writeFile(file, configure(port, statusPort, podPorts));
    const child = spawn('haproxy', ['-db', '-q', '-f', file], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    await once(child, 'spawn');
    const status = `http://127.0.0.1:${statusPort}/status;csv`;
    return new Haproxy(child, directory, `http://127.0.0.1:${port}`, status);
  }

  /** Resolves when all pods are in its rotation. */
  async seesAll(): Promise<void> {
    await eventually(async () => {
      const rows = await this.rows();
      const waiting = rows.filter(({ status }) => status !== 'UP');
      if (waiting.length > 0) throw new Error(`not in rotation: ${JSON.stringify(waiting)}`);
    }, 20_000);
  }

  /** How many requests it gave to a pod anew. */
  async retries(): Promise<number> {
    const rows = await this.rows();
    return rows.reduce((sum, { retries }) => sum + retries, 0);
  }

  async stop(): Promise<void> {
    this.child.kill('SIGKILL');
    await once(this.child, 'exit');
    await rm(this.directory, { recursive: true, force: true });
  }

  private async rows(): Promise<Row[]> {
    const lines = (await (await fetch(this.statusUrl)).text()).trim().split('\n');
    const columns = lines[0]!.replace(/^# /, '').split(',');
    return lines
      .map((line) => line.split(','))
      .filter(([, server]) => server?.startsWith('pod'))
      .map((cells) => ({
        name: cells[1]!,
        status: cells[columns.indexOf('status')]!,
        check: ['check_status', 'check_duration', 'last_chk', 'scur']
          .map((column) => cells[columns.indexOf(column)])
          .join(' '),
        retries: Number(cells[columns.indexOf('wretr')]),
      }));
  }
}

function configure(port: number, statusPort: number, podPorts: readonly number[]): string {
  const pods = podPorts.map((pod, index) => `  server pod${index} 127.0.0.1:${pod} check`);
  return `global
  maxconn 8000
defaults
  mode http
  timeout connect 1s
  timeout client 60s
  timeout server 60s
  timeout tunnel 1h
  timeout check 5s
  retries 4
  option redispatch 1
frontend clients
  bind 127.0.0.1:${port}
  default_backend pods
backend pods
  balance leastconn
  option httpchk
  http-check send meth GET uri /health/ready ver HTTP/1.1 hdr Host 127.0.0.1
  default-server inter 250ms fall 2 rise 1 slowstart 5s
  retry-on conn-failure empty-response 503
  # What is not safe to send twice is repeated only when no pod has seen it.
  http-request disable-l7-retry if !METH_GET
${pods.join('\n')}
frontend status
  bind 127.0.0.1:${statusPort}
  stats enable
  stats uri /status
`;
}
