import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Variables } from '../../src/config/read-environment.js';
import { eventually } from '../support/eventually.js';
import { freePort } from '../support/redis.server.js';
import { type Census, takeCensus } from './census.js';

/** The built server in a process of its own, ended and started anew on the same port. */
export class BuiltPod {
  private child?: ChildProcess;
  private inspectorPort?: number;

  constructor(
    private readonly port: number,
    private readonly variables: Variables,
  ) {}

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get pid(): number | undefined {
    return this.child?.pid;
  }

  /**
   * Resolves when it is ready.
   * @param clockShift Seconds that its clock is ahead.
   * @throws Error when it does not become ready.
   */
  async start(clockShift = 0): Promise<void> {
    const shim = clockShift === 0 ? [] : ['--import', './test/chaos/shifted.clock.mjs'];
    this.inspectorPort ??= await freePort();
    const inspector = [`--inspect=127.0.0.1:${this.inspectorPort}`, '--inspect-publish-uid=http'];
    this.child = spawn(process.execPath, [...inspector, ...shim, 'dist/main.js'], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: {
        PATH: process.env.PATH,
        NODE_ENV: 'test',
        LOG_LEVEL: 'silent',
        CLOCK_SHIFT_SECONDS: String(clockShift),
        ...this.variables,
        PORT: String(this.port),
      },
    });
    await eventually(async () => {
      const { status } = await fetch(`${this.url}/health/ready`);
      if (status !== 200) throw new Error(`a pod is not ready: ${status}`);
    }, 20_000);
  }

  /** @throws Error when it does not run. */
  census(): Promise<Census> {
    return takeCensus(this.inspectorPort!);
  }

  /** @returns its exit code, or the signal that ended it. */
  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | string | null> {
    const child = this.child;
    if (!child) return null;
    if (child.exitCode === null && child.signalCode === null) {
      child.kill(signal);
      await once(child, 'exit');
    }
    return child.exitCode ?? child.signalCode;
  }
}
