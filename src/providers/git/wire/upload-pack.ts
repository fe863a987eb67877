import { GitError } from '../git.process.js';
import type { GitHttp, HttpAnswer } from './git.http.js';
import { DELIMITER, FLUSH, type Packet, packetOf, readPackets, textOf } from './packets.js';

/** What a host can do beyond the least, by name: https://git-scm.com/docs/gitprotocol-v2#_capabilities */
export type Capabilities = ReadonlyMap<string, string>;

/** A branch or a tag as a host names it: `refs/heads/main`. */
export interface HostRef {
  readonly name: string;
  readonly object: string;
  /** What a tag object stands for in the end. */
  readonly peeled?: string;
}

export interface HostRefs {
  readonly refs: readonly HostRef[];
  /** The branch that HEAD stands for, which there need not be: `refs/heads/main`. */
  readonly headBranch?: string;
  /** The commit that HEAD is on; absent where its branch does not exist. */
  readonly head?: string;
}

export interface PackWish {
  readonly objects: readonly string[];
  /** How many commits deep, from each of them; absent where they are no commits. */
  readonly depth?: number;
  /** What is left out of what is not named itself: folders and files, or files only. */
  readonly filter: 'tree:0' | 'blob:none';
}

/** The host understood, and said no. */
export class HostRefusal extends GitError {}

/** All the names of a repository, in bytes. git itself takes as many as there is memory for. */
const MAX_NAMES_BYTES = 64 * 1024 * 1024;
const OBJECT = /^(?:[\da-f]{40}|[\da-f]{64})$/;
const PACK = 1;
const FAILURE = 3;

/** A conversation with git's server side, in its protocol of version 2: https://git-scm.com/docs/gitprotocol-v2 */
export class UploadPack {
  constructor(
    private readonly http: GitHttp,
    private readonly capabilities: Capabilities,
  ) {}

  /** Whether single commits may be asked for, to a certain depth, without their files. */
  get servesWindows(): boolean {
    const features = this.capabilities.get('fetch')?.split(' ') ?? [];
    return features.includes('filter') && features.includes('shallow');
  }

  /** `sha1` or `sha256`. */
  get objectFormat(): string {
    return this.capabilities.get('object-format') ?? 'sha1';
  }

  /** The branches and tags, and HEAD. Throws `GitError`, `memory` where there are more than fit here. */
  async refs(signal: AbortSignal): Promise<HostRefs> {
    const unborn = this.capabilities.get('ls-refs')?.split(' ').includes('unborn');
    const wish = ['peel', 'symrefs', ...(unborn ? ['unborn'] : [])];
    const prefixes = ['HEAD', 'refs/heads/', 'refs/tags/'].map((name) => `ref-prefix ${name}`);
    const refs: HostRef[] = [];
    let [headBranch, head]: (string | undefined)[] = [];
    let bytes = 0;
    for await (const packet of this.command('ls-refs', [...wish, ...prefixes], signal)) {
      if (packet === 'flush') break;
      if (typeof packet === 'string') throw new GitError('failed', `unexpected ${packet}`);
      bytes += packet.length;
      if (bytes > MAX_NAMES_BYTES) throw new GitError('memory', 'too many names');
      const [object = '', name = '', ...attributes] = textOf(packet).split(' ');
      const attribute = (key: string): string | undefined =>
        attributes.find((one) => one.startsWith(`${key}:`))?.slice(key.length + 1);
      if (name === 'HEAD') headBranch = attribute('symref-target');
      if (!OBJECT.test(object)) continue;
      if (name === 'HEAD') head = object;
      else refs.push({ name, object, peeled: attribute('peeled') });
    }
    return { refs, headBranch, head };
  }

  /**
   * A pack of what is named, and of what belongs to it. Nothing is taken for known here. Throws `HostRefusal`, `GitError`.
   */
  async *pack(
    { objects, depth, filter }: PackWish,
    signal: AbortSignal,
  ): AsyncGenerator<Buffer, void> {
    const wish = [
      'no-progress',
      'ofs-delta',
      `filter ${filter}`,
      ...(depth === undefined ? [] : [`deepen ${depth}`]),
      ...objects.map((object) => `want ${object}`),
      'done',
    ];
    let isPack = false;
    for await (const packet of this.command('fetch', wish, signal)) {
      if (typeof packet === 'string') continue;
      if (!isPack) {
        isPack = textOf(packet) === 'packfile';
        continue;
      }
      const content = packet.subarray(1);
      if (packet[0] === FAILURE) throw new HostRefusal('failed', content.toString('utf8'));
      if (packet[0] === PACK) yield content;
    }
    if (!isPack) throw new GitError('failed', 'the answer holds no pack');
  }

  private async *command(
    name: string,
    wish: readonly string[],
    signal: AbortSignal,
  ): AsyncGenerator<Packet, void> {
    const format = this.capabilities.has('object-format')
      ? packetOf(`object-format=${this.objectFormat}`)
      : '';
    const head = packetOf(`command=${name}`) + format + DELIMITER;
    const body = head + wish.map(packetOf).join('') + FLUSH;
    const answer = await this.http.post(body, signal);
    if (answer.status !== 200) throw new GitError('failed', `HTTP status ${answer.status}`);
    for await (const packet of readPackets(answer.body)) {
      const refusal = typeof packet === 'string' ? undefined : refusalIn(packet);
      if (refusal !== undefined) throw new HostRefusal('failed', refusal);
      yield packet;
    }
  }
}

const refusalIn = (packet: Buffer): string | undefined =>
  packet.toString('latin1', 0, 4) === 'ERR ' ? textOf(packet) : undefined;

/** Undefined where the host speaks an older protocol, or is no git server but a folder of files. */
export async function capabilitiesIn(answer: HttpAnswer): Promise<Capabilities | undefined> {
  const capabilities = new Map<string, string>();
  let speaks = false;
  for await (const packet of readPackets(answer.body)) {
    if (typeof packet === 'string') {
      if (speaks) break;
      continue;
    }
    const line = textOf(packet);
    if (speaks) {
      const [name = '', value = ''] = line.split(/=(.*)/s);
      capabilities.set(name, value);
    } else if (line === 'version 2') speaks = true;
    else if (refusalIn(packet) !== undefined) throw new HostRefusal('failed', line);
    else if (!line.startsWith('# service=')) return undefined;
    if (capabilities.size > MAX_CAPABILITIES) throw new GitError('failed', 'endless capabilities');
  }
  return speaks ? capabilities : undefined;
}

const MAX_CAPABILITIES = 1_000;
