import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { LlmMessage } from '../support/llm.emulator.js';

/** In a storm every reply meets overloads and breaks off twice before it comes to its end. */
export type Mood = 'well' | 'storm';
export type Order = { readonly message: LlmMessage } | { readonly mood: Mood };

/** The emulated language model of all pods. */
export class Llm {
  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
  ) {}

  /** @param message What it answers to everything. */
  static async start(message: LlmMessage): Promise<Llm> {
    const child = fork('test/chaos/llm.process.ts', {
      execArgv: ['--import', './test/support/typescript.mjs'],
    });
    child.send({ message } satisfies Order);
    const [url] = (await once(child, 'message')) as [string];
    return new Llm(child, url);
  }

  set mood(mood: Mood) {
    this.child.send({ mood } satisfies Order);
  }

  async stop(): Promise<void> {
    this.child.kill('SIGKILL');
    await once(this.child, 'exit');
  }
}
