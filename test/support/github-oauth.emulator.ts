import { createHash, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { GithubEmulator } from './github.emulator.js';
import { plant, plantFields } from './logs/planted.js';

/** What a code stands for, until it is used. */
interface Grant {
  readonly redirectUri: string;
  readonly codeChallenge: string | null;
}

/** The web side of GitHub: asks for consent, and gives tokens for codes. It refuses with a 200, as GitHub does. */
export class GithubOauthEmulator {
  static readonly CLIENT_ID = 'Iv1.emulated';
  static readonly CLIENT_SECRET = 'emulated-client-secret';

  /** Set to have every token request answered with this error. */
  tokenError?: string;
  /** Token requests are never answered. */
  hangs = false;
  /** The bodies of token requests. */
  readonly tokenRequests: URLSearchParams[] = [];
  private readonly grants = new Map<string, Grant>();
  private readonly server = createServer((request, response) => {
    void this.receive(request, response);
  });

  private constructor() {
    // Made by start().
  }

  static async start(): Promise<GithubOauthEmulator> {
    const emulator = new GithubOauthEmulator();
    await new Promise<void>((resolve) => emulator.server.listen(0, '127.0.0.1', resolve));
    return emulator;
  }

  get url(): string {
    return `http://127.0.0.1:${String((this.server.address() as AddressInfo).port)}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  /** What the browser is sent back with when the user grants access on the page it was sent to. */
  consent(address: string): { code: string; state: string | null } {
    const { pathname, searchParams } = new URL(address);
    if (pathname !== '/login/oauth/authorize') throw new Error(`no such page: ${pathname}`);
    if (searchParams.get('client_id') !== GithubOauthEmulator.CLIENT_ID) throw new Error('no app');
    const code = randomBytes(10).toString('hex');
    this.grants.set(code, {
      redirectUri: searchParams.get('redirect_uri') ?? '',
      codeChallenge: searchParams.get('code_challenge'),
    });
    return { code, state: searchParams.get('state') };
  }

  private async receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = new URLSearchParams(await text(request));
    plantFields(Object.fromEntries(body));
    if (this.hangs) return;
    const isToken = request.method === 'POST' && request.url === '/login/oauth/access_token';
    if (isToken) this.tokenRequests.push(body);
    const answer = isToken ? this.answer(body) : { message: 'Not Found' };
    response
      .writeHead(isToken ? 200 : 404, { 'content-type': 'application/json; charset=utf-8' })
      .end(JSON.stringify(answer));
  }

  private answer(body: URLSearchParams): object {
    if (this.tokenError) return refusal(this.tokenError);
    const { CLIENT_ID, CLIENT_SECRET } = GithubOauthEmulator;
    if (body.get('client_id') !== CLIENT_ID || body.get('client_secret') !== CLIENT_SECRET) {
      return refusal('incorrect_client_credentials');
    }
    const code = body.get('code') ?? '';
    const grant = this.grants.get(code);
    this.grants.delete(code);
    if (!grant) return refusal('bad_verification_code');
    if (grant.redirectUri !== body.get('redirect_uri')) return refusal('redirect_uri_mismatch');
    const challenge = createHash('sha256').update(body.get('code_verifier') ?? '');
    if (grant.codeChallenge && grant.codeChallenge !== challenge.digest('base64url')) {
      return refusal('bad_verification_code');
    }
    plant(GithubEmulator.TOKEN);
    return { access_token: GithubEmulator.TOKEN, scope: 'user:email', token_type: 'bearer' };
  }
}

function refusal(error: string): object {
  return {
    error,
    error_description: `secret-looking words about ${error}`,
    error_uri: 'https://x',
  };
}
