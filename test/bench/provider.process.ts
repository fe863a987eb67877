import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { WorldSize } from '../support/world/seeded.world.js';
import type { Counts, EmulatedProvider, Order } from './emulated.providers.js';

/** An emulated provider in another process. */
export class ProviderProcess {
  private constructor(
    private readonly child: ChildProcess,
    readonly provider: EmulatedProvider,
    readonly url: string,
  ) {}

  /** @param latency Milliseconds before each answer. */
  static async start(
    provider: EmulatedProvider,
    size: WorldSize,
    latency: number,
  ): Promise<ProviderProcess> {
    const child = fork('test/bench/emulated.providers.ts', {
      execArgv: ['--import', './test/support/typescript.mjs'],
    });
    const url = await tell(child, { start: provider, size, latency });
    return new ProviderProcess(child, provider, url as string);
  }

  /** What it was asked since the last time it told. */
  async counts(): Promise<Counts> {
    return (await tell(this.child, 'counts')) as Counts;
  }

  async stop(): Promise<void> {
    this.child.send('stop' satisfies Order);
    await once(this.child, 'exit');
  }
}

async function tell(child: ChildProcess, order: Order): Promise<unknown> {
  const answer = once(child, 'message');
  child.send(order);
  const [message] = (await answer) as [unknown];
  return message;
}
