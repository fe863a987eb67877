import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Redis } from 'ioredis';
import { eventually } from './eventually.js';
import { freePort, RedisServer } from './redis.server.js';

const PRIMARY = 'recaps';

/** A primary, its replica, and a sentinel that has the replica take over soon. */
export class RedisSentinel {
  private constructor(
    private readonly port: number,
    private readonly directory: string,
    private readonly sentinel: ChildProcess,
    readonly primary: RedisServer,
    private readonly replica: RedisServer,
  ) {}

  static async start(): Promise<RedisSentinel> {
    const primary = await RedisServer.start();
    const replica = await RedisServer.start('--replicaof', '127.0.0.1', `${primary.port}`);
    const directory = await mkdtemp(join(tmpdir(), 'git-recap-sentinel-'));
    const port = await freePort();
    const configuration = join(directory, 'sentinel.conf');
    const lines = [
      `port ${port}`,
      'bind 127.0.0.1',
      `dir ${directory}`,
      `sentinel monitor ${PRIMARY} 127.0.0.1 ${primary.port} 1`,
      `sentinel down-after-milliseconds ${PRIMARY} 300`,
      `sentinel failover-timeout ${PRIMARY} 1000`,
    ];
    await writeFile(configuration, `${lines.join('\n')}\n`);
    const stdio = ['ignore', 'pipe', 'inherit'] as const;
    const sentinel = spawn('redis-server', [configuration, '--sentinel'], { stdio: [...stdio] });
    for await (const line of createInterface({ input: sentinel.stdout })) {
      if (line.includes('+monitor')) break;
    }
    sentinel.stdout.resume();
    await knowsReplica(port);
    return new RedisSentinel(port, directory, sentinel, primary, replica);
  }

  get url(): string {
    return `redis+sentinel://127.0.0.1:${this.port}/${PRIMARY}`;
  }

  async stop(): Promise<void> {
    this.sentinel.kill('SIGKILL');
    await once(this.sentinel, 'exit');
    await Promise.all([this.primary.stop(), this.replica.stop()]);
    await rm(this.directory, { recursive: true, force: true });
  }
}

async function knowsReplica(port: number): Promise<void> {
  const client = new Redis({ port });
  try {
    await eventually(async () => {
      const replicas = (await client.call('SENTINEL', 'REPLICAS', PRIMARY)) as string[][];
      const flags = replicas[0]?.[replicas[0].indexOf('master-link-status') + 1];
      if (flags !== 'ok') throw new Error('the sentinel knows no replica');
    }, 15_000);
  } finally {
    client.disconnect();
  }
}
