import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '../support/eventually.js';
import { freePort } from '../support/redis.server.js';

/** Where a proxy listens, whom it has behind it, and the folder that is its own. */
export interface Place {
  readonly port: number;
  readonly pods: readonly number[];
  /** Its logs belong here, as `*.log`. What it prints is one, too. */
  readonly folder: string;
}

/** A kind of proxy and how it is set up. */
export interface ProxyKind {
  readonly name: string;
  /** The name of its program and the arguments that keep it in the foreground, with this file. */
  readonly command: (file: string, place: Place) => readonly [string, ...string[]];
  readonly configure: (place: Place) => string;
}

/** A real proxy of the system before the pods. */
export class Proxy {
  private constructor(
    private readonly child: ChildProcess,
    private readonly folder: string,
    readonly url: string,
  ) {}

  /** @throws Error when it does not come up, or the system has none. */
  static async start(kind: ProxyKind, pods: readonly number[]): Promise<Proxy> {
    const folder = await mkdtemp(join(tmpdir(), 'git-recap-proxy-'));
    // Their workers are other users.
    await chmod(folder, 0o755);
    const place: Place = { port: await freePort(), pods, folder };
    const file = join(folder, 'configuration');
    await writeFile(file, kind.configure(place));
    const printed = await open(join(folder, 'printed.log'), 'w');
    const [program, ...args] = kind.command(file, place);
    const child = spawn(program, args, {
      stdio: ['ignore', printed.fd, printed.fd],
      env: { PATH: `${process.env.PATH ?? ''}:/usr/sbin`, HOME: folder },
    });
    await once(child, 'spawn');
    await printed.close();
    const proxy = new Proxy(child, folder, `http://127.0.0.1:${place.port}`);
    try {
      await eventually(async () => {
        const { status } = await fetch(`${proxy.url}/health/ready`);
        if (status !== 200) throw new Error(`${kind.name} answers ${status}`);
      }, 10_000);
    } catch (error) {
      const logs = await proxy.logs();
      await proxy.stop();
      throw new Error(`${kind.name} does not come up: ${logs}`, { cause: error });
    }
    return proxy;
  }

  /** All that it wrote, wherever it did. */
  async logs(): Promise<string> {
    const names = (await readdir(this.folder)).filter((name) => name.endsWith('.log'));
    const texts = await Promise.all(names.map((name) => readFile(join(this.folder, name), 'utf8')));
    return texts.join('\n');
  }

  async stop(): Promise<void> {
    if (this.child.exitCode === null) {
      this.child.kill('SIGTERM');
      await once(this.child, 'exit');
    }
    await rm(this.folder, { recursive: true, force: true });
  }
}
