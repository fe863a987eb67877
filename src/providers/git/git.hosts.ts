import { createSecureContext, type SecureContext } from 'node:tls';
import { readFile } from 'node:fs/promises';
import { Injectable } from '@nestjs/common';
import { CertificateAuthorities } from './certificate-authorities.js';
import { type AdmittedAddress, GitGate } from './git.gate.js';
import { GitError } from './git.process.js';
import { SilentHosts } from './silent.hosts.js';
import { GitHttp, GREETING_TYPE, repositoryAt } from './wire/git.http.js';
import { capabilitiesIn, UploadPack } from './wire/upload-pack.js';

/** A repository as its host has answered for it. */
export interface FoundHost {
  /** Where it is: elsewhere than it was asked for, if it has moved. */
  readonly admitted: AdmittedAddress;
  /** Absent where the host speaks an older protocol, which only git itself understands. */
  readonly uploadPack?: UploadPack;
}

type Task<T> = (found: FoundHost, signal: AbortSignal) => Promise<T>;

const REDIRECTS = [301, 302, 303, 307, 308];

/** Speaks with the hosts of repositories: each conversation is one visit, on connections of its own. */
@Injectable()
export class GitHosts {
  private trusted?: Promise<SecureContext | undefined>;

  constructor(
    private readonly gate: GitGate,
    private readonly silent: SilentHosts,
    private readonly authorities: CertificateAuthorities,
  ) {}

  /**
   * Greets a host and does what there is to be done there. A repository that has moved is followed
   * once, as far as the gate lets it; one that is not there is looked for by its name with `.git`.
   * Throws what the gate throws, `GitError`, and `provider_timeout` where the host does not connect.
   */
  visit<T>(
    admitted: AdmittedAddress,
    client: string,
    signal: AbortSignal,
    task: Task<T>,
  ): Promise<T> {
    return this.attempt(admitted, signal, task, (url) => this.gate.admit(url, client, signal));
  }

  private attempt<T>(
    admitted: AdmittedAddress,
    signal: AbortSignal,
    task: Task<T>,
    admitOther?: (url: string) => Promise<AdmittedAddress>,
  ): Promise<T> {
    return this.silent.speak(admitted, signal, async (within) => {
      const http = new GitHttp(admitted, await this.secureContext());
      try {
        const answer = await http.greet(within);
        const { url } = admitted.address;
        const other = elsewhere(url, answer.status, answer.location);
        if (other !== undefined && admitOther) {
          return await this.attempt(await admitOther(other), within, task);
        }
        if (answer.status !== 200) throw new GitError('failed', `HTTP status ${answer.status}`);
        const isGreeting = answer.contentType === GREETING_TYPE;
        const capabilities = isGreeting ? await capabilitiesIn(answer) : undefined;
        const uploadPack = capabilities && new UploadPack(http, capabilities);
        return await task({ admitted, ...(uploadPack && { uploadPack }) }, within);
      } finally {
        await http.close();
      }
    });
  }

  /** Whom Node trusts; made once, as that takes a while. */
  private secureContext(): Promise<SecureContext | undefined> {
    this.trusted ??= this.authorities.file().then(async (file) => {
      if (file === undefined) return undefined;
      return createSecureContext({ ca: await readFile(file) });
    });
    this.trusted.catch(() => (this.trusted = undefined));
    return this.trusted;
  }
}

/** Where a repository may be that is not where it was asked for. */
function elsewhere(url: string, status: number, location?: string): string | undefined {
  if (location !== undefined && REDIRECTS.includes(status)) return repositoryAt(location, url);
  return status === 404 && !url.endsWith('.git') ? `${url}.git` : undefined;
}
