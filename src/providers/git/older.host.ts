import type { AdmittedAddress } from './git.gate.js';
import { GitProcess } from './git.process.js';

/** Milliseconds. */
const QUESTION_TIMEOUT = 15_000;

/** A host of an older protocol, or no more than a folder of files, which git itself speaks with. */
export class OlderHost {
  constructor(
    private readonly admitted: AdmittedAddress,
    private readonly signal: AbortSignal,
  ) {}

  /** Whether there is a branch or a tag. For git any page at all may be a host with nothing on it. */
  async hasNames(): Promise<boolean> {
    return (await this.ask('--heads', '--tags')) !== '';
  }

  /** The branch that HEAD is on; undefined where there is no such branch. */
  async headBranch(): Promise<string | undefined> {
    const [, branch] = /^ref: refs\/heads\/(\S+)\tHEAD$/m.exec(await this.ask('--symref')) ?? [];
    return branch;
  }

  /** The beginning of the answer: a host may have any number of names, with HEAD before all others. */
  private async ask(...options: string[]): Promise<string> {
    const { address, settings } = this.admitted;
    const git = await GitProcess.start({
      arguments: ['ls-remote', '--quiet', ...options, '--end-of-options', address.url],
      settings,
      network: true,
      signal: this.signal,
      timeout: QUESTION_TIMEOUT,
    });
    git.input.end();
    for await (const chunk of git) return chunk.toString('utf8');
    return '';
  }
}
