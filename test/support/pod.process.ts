import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import type { Variables } from '../../src/config/read-environment.js';
import { logFile, plantSettings } from './logs/planted.js';

/** The real server in a process of its own, to be killed. */
export class PodProcess {
  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
  ) {}

  /**
   * @param inspectorPort Where it lets itself be inspected; absent: nowhere.
   * @param descriptors How many files and connections it may have open; absent: as many as this process.
   * @throws Error when it does not come up.
   */
  static async start(
    variables: Variables,
    inspectorPort?: number,
    descriptors?: number,
  ): Promise<PodProcess> {
    const log = logFile();
    plantSettings(variables);
    const output = log === undefined ? 'inherit' : openSync(log, 'a');
    const program = [
      process.execPath,
      ...(inspectorPort === undefined
        ? []
        : [`--inspect=127.0.0.1:${inspectorPort}`, '--inspect-publish-uid=http']),
      ...['--import', './test/support/typescript.mjs', 'test/support/pod.ts'],
    ];
    const limit = descriptors === undefined ? '' : `ulimit -n ${descriptors} && `;
    const child = spawn('sh', ['-c', `${limit}exec "$0" "$@"`, ...program], {
      stdio: ['ignore', output, 'inherit', 'ipc'],
      env: {
        PATH: process.env.PATH,
        NODE_ENV: 'test',
        LOG_LEVEL: log === undefined ? 'silent' : 'trace',
        RATE_LIMIT_PER_MINUTE: '1000000',
        SOCKETS_PER_SESSION: '1000',
        ...variables,
      },
    });
    if (typeof output === 'number') closeSync(output);
    const [port] = (await Promise.race([
      once(child, 'message'),
      once(child, 'exit').then(([code]) => Promise.reject(new Error(`a pod ended with ${code}`))),
    ])) as [number];
    return new PodProcess(child, `http://127.0.0.1:${port}`);
  }

  get pid(): number {
    return this.child.pid!;
  }

  get isRunning(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** It does nothing any more, as on a machine that hangs, until it is woken. */
  freeze(): void {
    this.child.kill('SIGSTOP');
  }

  wake(): void {
    this.child.kill('SIGCONT');
  }

  /** @returns its exit code, or the signal that ended it. */
  async stop(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<number | string | null> {
    if (!this.isRunning) return this.child.exitCode ?? this.child.signalCode;
    this.child.kill(signal);
    const [code, by] = (await once(this.child, 'exit')) as [number | null, string | null];
    return code ?? by;
  }
}
