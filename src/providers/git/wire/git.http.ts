import { isIP, type LookupFunction } from 'node:net';
import type { SecureContext } from 'node:tls';
import { Agent, request } from 'undici';
import type { AdmittedAddress } from '../git.gate.js';
import { untilAborted } from '../../until-aborted.js';
import { GitError } from '../git.process.js';

/**
 * Milliseconds. SilentHosts watches the time that connecting takes, and remembers; a host may have to
 * count what it is asked for before it says the first word.
 */
const CONNECT_TIMEOUT = 7_000;
const FIRST_WORD_TIMEOUT = 60_000;
const SILENCE_TIMEOUT = 20_000;
const SERVICE = 'git-upload-pack';
/** Some hosts let nobody pass who does not say that it is git. */
const HEADERS = { 'user-agent': 'git/git-recap-server', 'git-protocol': 'version=2' };

export interface HttpAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly location?: string;
  readonly body: AsyncIterable<Uint8Array>;
}

/**
 * Speaks with one repository's host, over connections that go where the gate has looked and nowhere
 * else: https://git-scm.com/docs/gitprotocol-http. It follows no redirect. {@link close} it when done.
 */
export class GitHttp {
  private readonly agent: Agent;
  private readonly url: string;

  constructor({ address, addresses }: AdmittedAddress, secureContext: SecureContext | undefined) {
    this.url = address.url;
    this.agent = new Agent({
      connect: { timeout: CONNECT_TIMEOUT, lookup: lookupOf(addresses), secureContext },
      headersTimeout: FIRST_WORD_TIMEOUT,
      bodyTimeout: SILENCE_TIMEOUT,
    });
  }

  /** What the host says of itself: the first thing that git asks. */
  greet(signal: AbortSignal): Promise<HttpAnswer> {
    return this.ask('GET', greetingOf(this.url), undefined, signal);
  }

  post(body: string, signal: AbortSignal): Promise<HttpAnswer> {
    return this.ask('POST', `${this.url}/${SERVICE}`, body, signal);
  }

  async close(): Promise<void> {
    await this.agent.destroy();
  }

  private async ask(
    method: 'GET' | 'POST',
    url: string,
    body: string | undefined,
    signal: AbortSignal,
  ): Promise<HttpAnswer> {
    try {
      const type = `application/x-${SERVICE}-request`;
      const headers = { ...HEADERS, ...(body !== undefined && { 'content-type': type }) };
      const asked = request(url, { dispatcher: this.agent, method, headers, body, signal });
      // While it connects undici hears of no end: https://github.com/nodejs/undici/blob/main/lib/api/abort-signal.js
      const answer = await untilAborted(asked, signal);
      const header = (name: string): string | undefined => [answer.headers[name]].flat()[0];
      return {
        status: answer.statusCode,
        contentType: header('content-type') ?? '',
        location: header('location'),
        body: readBody(answer.body, signal),
      };
    } catch (error) {
      throw problemOf(error, signal);
    }
  }
}

/** The address of a repository that a redirect of the greeting leads to; undefined where it leads elsewhere. */
export function repositoryAt(location: string, from: string): string | undefined {
  const base = greetingOf(from);
  if (!URL.canParse(location, base)) return undefined;
  const { href } = new URL(location, base);
  const ending = greetingOf('');
  return href.endsWith(ending) ? href.slice(0, -ending.length) : undefined;
}

export const GREETING_TYPE = `application/x-${SERVICE}-advertisement`;

const greetingOf = (url: string): string => `${url}/info/refs?service=${SERVICE}`;

async function* readBody(
  body: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void> {
  try {
    yield* body;
  } catch (error) {
    throw problemOf(error, signal);
  }
}

function problemOf(cause: unknown, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason;
  if (cause instanceof GitError) return cause;
  const { name = '', message = '' } = cause as Partial<Error>;
  const isLate = name.endsWith('TimeoutError');
  return new GitError(isLate ? 'timeout' : 'failed', message, { cause });
}

/** The addresses that the gate looked at, and no others. */
const lookupOf =
  (addresses: readonly string[]): LookupFunction =>
  (_, { all }, done) => {
    const found = addresses.map((address) => ({ address, family: isIP(address) }));
    const [first = { address: '', family: 0 }] = found;
    if (all) done(null, found);
    else done(null, first.address, first.family);
  };
