import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import request from 'supertest';
import { createApp } from '../../src/app.setup.js';
import type { SessionGrantDto } from '../../src/auth/auth.dto.js';
import type { Variables } from '../../src/config/read-environment.js';
import {
  logDestination,
  plantFields,
  plantPrivate,
  plantSettings,
  plantToken,
} from './logs/planted.js';
import { SocketClient } from './socket.client.js';

/** What a request was answered with; `body` is parsed when it is JSON of some kind. */
export interface Answer<T> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: T;
}

interface RequestOptions {
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** The secret that two servers of one test share by default, as pods do. */
const SHARED_SECRET = randomBytes(32).toString('hex');

/** Where answers hold what was read from somebody's account. */
const PRIVATE = /^\/(actions|recaps|replies)\b/;

/** The real server on a free port, on Redis in the runs that have one. */
export class TestServer {
  private readonly sockets: SocketClient[] = [];

  private constructor(
    readonly app: NestFastifyApplication,
    readonly url: string,
  ) {}

  static async start(variables: Variables = {}): Promise<TestServer> {
    const logTo = logDestination();
    const settings: Variables = {
      NODE_ENV: 'test',
      LOG_LEVEL: logTo ? 'trace' : 'silent',
      JWT_SECRET_KEY: SHARED_SECRET,
      REDIS_URL: process.env.TEST_REDIS_URL,
      // All specs come from one address; test/throttle.e2e-spec.ts is about the limit.
      RATE_LIMIT_PER_MINUTE: '1000000',
      // Many specs leave their sockets open; test/sockets.e2e-spec.ts is about the limit.
      SOCKETS_PER_SESSION: '1000',
      ...variables,
    };
    plantSettings(settings);
    const app = await createApp(settings, logTo);
    await app.listen(0, '127.0.0.1');
    const address = app.getHttpServer().address() as { port: number };
    return new TestServer(app, `http://127.0.0.1:${String(address.port)}`);
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.terminate();
    await this.app.close();
  }

  get<T>(path: string, options: RequestOptions = {}): Promise<Answer<T>> {
    return this.request('get', path, options);
  }

  post<T>(path: string, body: unknown, options: RequestOptions = {}): Promise<Answer<T>> {
    return this.request('post', path, { ...options, body });
  }

  delete<T>(path: string, options: RequestOptions = {}): Promise<Answer<T>> {
    return this.request('delete', path, options);
  }

  /** Signs in with a local repository. */
  async clone(path = '.', options: RequestOptions = {}): Promise<SessionGrantDto> {
    const { status, body } = await this.post<SessionGrantDto>('/clone', { path }, options);
    if (status !== 201) throw new Error(`sign-in failed: ${JSON.stringify(body)}`);
    return body;
  }

  /** Opens a socket of the session and waits for the handshake. */
  async connect({ sessionId, accessToken }: SessionGrantDto): Promise<SocketClient> {
    const socket = await SocketClient.open(this.url, sessionId, accessToken);
    this.sockets.push(socket);
    return socket;
  }

  private async request<T>(
    method: 'get' | 'post' | 'delete',
    path: string,
    { token, headers, body }: RequestOptions,
  ): Promise<Answer<T>> {
    plantToken(token);
    plantFields([headers, body]);
    const response = await request(this.url)
      [method](path)
      .redirects(0)
      .ok(() => true)
      .buffer(true)
      .parse(readText)
      .set({
        ...(token ? { authorization: `Bearer ${token}` } : {}),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      })
      .send(typeof body === 'string' ? body : JSON.stringify(body));
    const { status } = response;
    const text = response.body as string;
    const answered = new Headers(response.headers);
    const isJson = answered.get('content-type')?.includes('json') ?? false;
    const answer: unknown = isJson ? JSON.parse(text) : text;
    if (status === 201) plantFields(answer);
    if (status === 201) plantToken((answer as Partial<SessionGrantDto>).accessToken);
    if (status < 400 && PRIVATE.test(path)) plantPrivate(answer);
    return { status, headers: answered, body: answer as T };
  }
}

/** Whatever the media type: some of these answers are scripts, pictures or event streams. */
function readText(
  response: request.Response,
  done: (error: Error | null, text: string) => void,
): void {
  const stream = response as unknown as IncomingMessage;
  stream.setEncoding('utf8');
  let text = '';
  stream.on('data', (chunk: string) => (text += chunk));
  stream.once('end', () => {
    done(null, text);
  });
}
