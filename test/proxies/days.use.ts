import assert from 'node:assert/strict';
import type { SessionGrantDto, SocketTicketDto } from '../../src/auth/auth.dto.js';
import type { ReplyDto } from '../../src/chat/replies/replies.dto.js';
import { GithubEmulator } from '../support/github.emulator.js';
import type { GithubOauthEmulator } from '../support/github-oauth.emulator.js';
import { HandshakeRefused, SocketClient } from '../support/socket.client.js';
import { REDIRECT_URI } from './stage.js';

/** What opens something, or did. */
export interface Secrets {
  readonly accessTokens: readonly string[];
  /** Each with the session whose socket it was for. */
  readonly tickets: readonly { readonly ticket: string; readonly sessionId: string }[];
}

/** A client of the server, as far as its users' programs are. */
export class User {
  readonly tickets: { ticket: string; sessionId: string }[] = [];

  private constructor(
    private readonly url: string,
    readonly grant: SessionGrantDto,
  ) {}

  static async withToken(url: string): Promise<User> {
    const body = { provider: 'github', token: GithubEmulator.TOKEN };
    const answer = await fetch(`${url}/pat`, json(body));
    assert.equal(answer.status, 201);
    return new User(url, (await answer.json()) as SessionGrantDto);
  }

  /** As a browser does it, by GitHub's page of consent. */
  static async atGithub(url: string, oauth: GithubOauthEmulator): Promise<User> {
    const query = new URLSearchParams({ redirectUri: REDIRECT_URI });
    const begun = await fetch(`${url}/auth/github?${query.toString()}`, { redirect: 'manual' });
    assert.equal(begun.status, 302);
    const [cookie = ''] = (begun.headers.get('set-cookie') ?? '').split(';');
    const consent = oauth.consent(begun.headers.get('location') ?? '');
    const answer = await fetch(`${url}/external-signup`, json(consent, { cookie }));
    assert.equal(answer.status, 201);
    return new User(url, (await answer.json()) as SessionGrantDto);
  }

  get(path: string, headers: Record<string, string> = {}): Promise<Response> {
    return fetch(this.url + path, { headers: { ...this.authorization, ...headers } });
  }

  /** Everything that has a path: lists, pages of actions, a recap at once and one as a stream. */
  async useRest(): Promise<void> {
    for (const path of ['/session', '/repos', '/actions?limit=5', '/replies', '/docs/json', '/']) {
      assert.equal((await this.get(path)).status, 200, path);
    }
    const recap = await fetch(`${this.url}/recaps?wait=30`, json({}, this.authorization));
    assert.equal(recap.status, 200);
    const { replyId } = (await recap.json()) as ReplyDto;
    const stream = { ...this.authorization, accept: 'text/event-stream' };
    const streamed = await fetch(`${this.url}/recaps`, json({}, stream));
    assert.match(await streamed.text(), /\nevent: done\n/);
    const later = await this.get(`/replies/${replyId}`, { ...stream, 'last-event-id': '1' });
    assert.match(await later.text(), /\nevent: done\n/);
  }

  async newTicket(): Promise<string> {
    const asked = { method: 'POST', headers: this.authorization };
    const answer = await fetch(`${this.url}/session/socket-tickets`, asked);
    assert.equal(answer.status, 201);
    const { ticket } = (await answer.json()) as SocketTicketDto;
    this.tickets.push({ ticket, sessionId: this.grant.sessionId });
    return ticket;
  }

  /** A recap over a socket, and a socket that is left without a word. */
  async useSockets(subprotocol: () => Promise<string>): Promise<void> {
    const socket = await this.open(await subprotocol());
    socket.send('recap', {});
    const { replyId } = (await socket.waitForEvent('accepted')).data;
    assert.equal((await socket.waitForEnd(replyId)).event, 'done');
    await socket.close();
    const left = await this.open(await subprotocol());
    left.terminate();
    await left.closed;
  }

  /** Handshakes that are refused, for each reason that a client can meet by mistake. */
  async beRefused(subprotocol: () => Promise<string>): Promise<void> {
    const foreign = { origin: 'https://evil.example' };
    await assert.rejects(this.open(await subprotocol(), { headers: foreign }), refusedWith(403));
    await assert.rejects(
      this.open(await subprotocol(), { sessionId: 'of-another' }),
      refusedWith(403),
    );
  }

  open(
    subprotocol: string,
    {
      sessionId = this.grant.sessionId,
      headers,
    }: { sessionId?: string; headers?: Record<string, string> } = {},
  ): Promise<SocketClient> {
    const protocols = ['git-recap.v1', subprotocol];
    return SocketClient.open(this.url, sessionId, undefined, { protocols, headers });
  }

  private get authorization(): Record<string, string> {
    return { authorization: `Bearer ${this.grant.accessToken}` };
  }
}

const refusedWith =
  (status: number) =>
  (error: unknown): boolean =>
    error instanceof HandshakeRefused && error.status === status;

function json(body: object, headers: Record<string, string> = {}): RequestInit {
  return {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', ...headers },
  };
}
