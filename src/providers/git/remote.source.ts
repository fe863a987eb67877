import { Injectable } from '@nestjs/common';
import { DomainError } from '../../errors/domain.error.js';
import type { Connection } from '../connection.js';
import type { Repository } from '../repository.js';
import type { TimeWindow } from '../time-window.js';
import { type GitAddress, parseGitAddress } from './git.address.js';
import { SharedWork } from '../shared-work.js';
import { Memo } from '../../state/memo.js';
import { withTimeout } from '../../state/with-timeout.js';
import { clientOf, GitCapacity } from './git.capacity.js';
import { GitCloneCache } from './git.clone-cache.js';
import { GitGate } from './git.gate.js';
import { gitProblem } from './git.problem.js';
import { GitError } from './git.process.js';
import { type FoundHost, GitHosts } from './git.hosts.js';
import { SilentHosts } from './silent.hosts.js';
import { OlderHost } from './older.host.js';
import type { GitRepository } from './git.repository.js';
import type { GitSource, OpenRepository } from './git.source.js';
import { GitWebAddress } from './git.web-address.js';

/** What a host says of a repository. */
interface Answer {
  readonly address: GitAddress;
  readonly defaultBranch?: string;
}

/** Milliseconds. */
const QUESTION_TIMEOUT = 15_000;
const MAX_KNOWN = 1_000;

/** Repositories at https URLs, asked where they are and read from a clone. */
@Injectable()
export class RemoteSource implements GitSource {
  private readonly asked = new SharedWork<Answer>();
  /** What hosts said in the last minute. */
  private readonly known = new Memo<Answer>(MAX_KNOWN);

  constructor(
    private readonly gate: GitGate,
    private readonly clones: GitCloneCache,
    private readonly capacity: GitCapacity,
    private readonly hosts: GitHosts,
    private readonly silent: SilentHosts,
  ) {}

  async connect(
    wish: string,
    client: string,
    signal: AbortSignal,
  ): Promise<{ baseUrl: string; label: string }> {
    const { address } = await this.ask(wish, client, signal);
    return { baseUrl: address.url, label: nameOf(address) };
  }

  repositoryId(connection: Connection): string {
    return idOf(parseGitAddress(connection.baseUrl));
  }

  async getRepository(connection: Connection, signal: AbortSignal): Promise<Repository> {
    const { baseUrl } = connection;
    const { address, defaultBranch } =
      this.known.get(baseUrl) ?? (await this.ask(baseUrl, clientOf(connection), signal));
    return {
      ...repositoryAt(address).reference,
      provider: 'git',
      connectionId: connection.id,
      name: address.path.split('/').at(-1) ?? address.path,
      private: false,
      archived: false,
      fork: false,
      ...(defaultBranch !== undefined && { defaultBranch }),
    };
  }

  async open(
    connection: Connection,
    { since, until }: TimeWindow,
    signal: AbortSignal,
  ): Promise<OpenRepository> {
    const client = clientOf(connection);
    const admitted = await this.gate.admit(connection.baseUrl, client, signal);
    const { address } = admitted;
    this.silent.refuse(admitted);
    const lease = await this.clones
      .use(
        admitted,
        { client, window: { since: since.getTime() / 1000, until: until.getTime() / 1000 } },
        signal,
      )
      .catch((error: unknown) => {
        throw gitProblem(error, nameOf(address));
      });
    return {
      folder: lease.clone.folder,
      sized: lease.sized,
      describe: () => Promise.resolve(repositoryAt(address)),
      release: (sound) => lease.release(sound),
    };
  }

  /** One question to the host for all that a client asks at the same time. */
  private ask(url: string, client: string, signal: AbortSignal): Promise<Answer> {
    return this.asked.join(`${client} ${url}`, signal, async (shared) => {
      const answer = await this.askHost(url, client, shared);
      this.known.set(answer.address.url, answer);
      return answer;
    });
  }

  /** Is there a repository, and which branch is its HEAD on? */
  private async askHost(url: string, client: string, signal: AbortSignal): Promise<Answer> {
    const admitted = await this.gate.admit(url, client, signal);
    this.silent.refuse(admitted);
    const asked = this.capacity.transfer('look', client, signal, () =>
      withTimeout(QUESTION_TIMEOUT, signal, (both, timeout) =>
        this.hosts.visit(admitted, client, both, answerOf).catch((error: unknown) => {
          throw timeout.aborted ? new GitError('timeout', '', { cause: error }) : error;
        }),
      ),
    );
    const answer = await asked.catch((error: unknown) => {
      signal.throwIfAborted();
      if (error instanceof GitError && error.reason === 'timeout') {
        throw this.silent.rememberSilence(admitted);
      }
      throw gitProblem(error, nameOf(admitted.address));
    });
    if (!answer) {
      const detail = `At ${nameOf(admitted.address)} there is no git repository, or one without commits.`;
      throw new DomainError('repository_not_found', detail);
    }
    return answer;
  }
}

/** Undefined where there is nothing. */
async function answerOf(
  { admitted, uploadPack }: FoundHost,
  signal: AbortSignal,
): Promise<Answer | undefined> {
  const { address } = admitted;
  if (!uploadPack) {
    const older = new OlderHost(admitted, signal);
    if (!(await older.hasNames())) return undefined;
    return { address, defaultBranch: await older.headBranch() };
  }
  const { refs, head, headBranch } = await uploadPack.refs(signal);
  if (refs.length === 0 && head === undefined) return undefined;
  const exists = refs.some(({ name }) => name === headBranch);
  return { address, defaultBranch: exists ? headBranch?.replace(/^refs\/heads\//, '') : undefined };
}

const nameOf = ({ host, path }: GitAddress): string => `${host}/${path}`;
const idOf = (address: GitAddress): string => `git:${nameOf(address)}`;

function repositoryAt(address: GitAddress): GitRepository {
  const web = GitWebAddress.fromRemote(address.url);
  return {
    reference: {
      id: idOf(address),
      fullName: web?.fullName ?? address.path,
      url: web?.url ?? address.url,
    },
    address: web,
  };
}
