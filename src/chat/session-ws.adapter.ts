import { type INestApplicationContext, Logger, type WsMessageHandler } from '@nestjs/common';
import { WsAdapter } from '@nestjs/platform-ws';
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { match, type MatchFunction } from 'path-to-regexp';
import { EMPTY, from, mergeAll, type Observable, of } from 'rxjs';
import type { WebSocket, WebSocketServer } from 'ws';
import type { Identity } from '../auth/session.js';
import { DomainError } from '../errors/domain.error.js';
import { fromFramework } from '../errors/framework.error.js';
import type { Problem } from '../errors/problem.js';
import { sendRawProblem } from '../errors/raw-problem.js';
import { loggedProblem } from './logged.problem.js';
import { subjectOfMessage } from './message.subject.js';
import { errorFrame } from './replies/reply.message.js';
import { CLOSE_SLOW_CONSUMER, MAX_BUFFERED_BYTES } from './session-socket.js';
import { readFrame } from './socket-frame.js';
import { asksForSocket, serveWithoutUpgrade, whenEarlierAnswered } from './upgrade.answers.js';

type SocketPath = Record<'sessionId', string>;

/** Who decides what the adapter only asks; each refuses by throwing a DomainError. */
interface Doorkeepers {
  /** The client's address, which a connection that is gone does not have any more. */
  readonly locate: (request: IncomingMessage) => string;
  /** Before the handshake: whose socket it is, and what to call when its connection has closed. */
  readonly authenticate: (
    request: IncomingMessage,
    sessionId: string,
  ) => Promise<{ readonly identity: Identity; readonly leave: () => void }>;
  /** Before a message is looked at. */
  readonly admit: (socket: AuthenticatedSocket) => Promise<void>;
  /** Told of every handshake that is answered with a problem. */
  readonly onRefused: (problem: Problem, client: string | undefined) => void;
}

interface PathServer extends WebSocketServer {
  readonly path: string;
}

/** What the adapter gives to the gateway with each connection. */
export interface AuthenticatedSocket extends WebSocket {
  identity: Identity;
}

/** The event that `ws` tells of a message by. */
interface Message {
  readonly data: unknown;
  readonly target: AuthenticatedSocket;
}

const HEARTBEAT_MS = 30_000;
const CLOSE_GRACE_MS = 2_000;
const CLOSE_GOING_AWAY = 1001;
/** What is percent-encoded otherwise cannot be matched, nor be the name of anything here. */
const URL_PATH = /^(?:[^%]|%[0-7][0-9a-f])*$/i;

/**
 * Nest's `ws` adapter with paths that have parameters, authentication before the handshake completes
 * (a refusal is an HTTP answer with a problem), heartbeats, errors for frames that mean nothing, and
 * a close that says goodbye.
 */
export class SessionWsAdapter extends WsAdapter {
  private readonly log = new Logger(SessionWsAdapter.name);
  private stopListening: () => void = () => undefined;

  constructor(
    app: INestApplicationContext,
    private readonly doorkeepers: Doorkeepers,
  ) {
    super(app);
  }

  override bindMessageHandler(
    message: Message,
    handlers: Map<string, WsMessageHandler>,
    transform: (data: unknown) => Observable<unknown>,
  ): Observable<unknown> {
    return from(this.handle(message, handlers, transform)).pipe(mergeAll());
  }

  override async close(server: WebSocketServer): Promise<void> {
    await Promise.all([...server.clients].map((socket) => sayGoodbye(socket)));
    await super.close(server);
  }

  override async dispose(): Promise<void> {
    this.stopListening();
    await super.dispose();
  }

  protected override ensureHttpServerExists(port: number, httpServer?: Server): Server | undefined {
    if (!httpServer || this.httpServersRegistry.has(port)) return undefined;
    this.httpServersRegistry.set(port, httpServer);
    const listener = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
      void whenEarlierAnswered(socket).then(() => {
        if (asksForSocket(request)) return this.upgrade(port, request, socket, head);
        serveWithoutUpgrade(httpServer, request, socket, head);
      });
    };
    // Node 24 asks before it hands a request over; older ones hand over whatever has an Upgrade header.
    Object.assign(httpServer, { shouldUpgradeCallback: asksForSocket });
    httpServer.on('upgrade', listener);
    this.stopListening = () => httpServer.off('upgrade', listener);
    return httpServer;
  }

  private async handle(
    { data: text, target: socket }: Message,
    handlers: Map<string, WsMessageHandler>,
    transform: (data: unknown) => Observable<unknown>,
  ): Promise<Observable<unknown>> {
    // A socket that is being closed still delivers what its client goes on sending.
    if (socket.readyState !== socket.OPEN) return EMPTY;
    if (socket.bufferedAmount > MAX_BUFFERED_BYTES) {
      socket.close(CLOSE_SLOW_CONSUMER, 'too slow: it asks and does not read the answers');
      return EMPTY;
    }
    try {
      await this.doorkeepers.admit(socket);
      const { event, data } = readFrame(text);
      const handler = handlers.get(event);
      if (!handler) throw new DomainError('unknown_event', 'The socket does not know this event.');
      return transform(handler.callback(data, event));
    } catch (error) {
      const problem = loggedProblem(this.log, fromFramework(error));
      return of(errorFrame(problem, subjectOfMessage(text)));
    }
  }

  private async upgrade(
    port: number,
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
  ): Promise<void> {
    let client: string | undefined;
    try {
      client = this.doorkeepers.locate(request);
      const { server, sessionId } = this.find(port, request);
      const { identity, leave } = await this.doorkeepers.authenticate(request, sessionId);
      if (socket.destroyed) {
        leave();
        return;
      }
      socket.once('close', leave);
      server.handleUpgrade(request, socket, head, (opened) => {
        keepAlive(opened);
        server.emit('connection', Object.assign(opened, { identity }), request);
      });
    } catch (error) {
      const problem = loggedProblem(this.log, error);
      this.doorkeepers.onRefused(problem, client);
      sendRawProblem(socket, problem);
    }
  }

  private find(port: number, request: IncomingMessage): { server: PathServer; sessionId: string } {
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
    for (const server of (this.wsServersRegistry.get(port) ?? []) as PathServer[]) {
      const matches: MatchFunction<SocketPath> = match(server.path);
      const found = URL_PATH.test(path) && matches(path);
      if (found) return { server, sessionId: found.params.sessionId };
    }
    throw new DomainError('not_found', 'There is no socket at this path.');
  }
}

/** A connection that does not answer a ping until the next one is gone. */
function keepAlive(client: WebSocket): void {
  let alive = true;
  client.on('pong', () => {
    alive = true;
  });
  const timer = setInterval(() => {
    if (!alive) {
      client.terminate();
      return;
    }
    alive = false;
    client.ping();
  }, HEARTBEAT_MS).unref();
  client.once('close', () => {
    clearInterval(timer);
  });
}

function sayGoodbye(socket: WebSocket): Promise<void> {
  return new Promise((resolve) => {
    if (socket.readyState === socket.CLOSED) {
      resolve();
      return;
    }
    const timer = setTimeout(() => {
      socket.terminate();
    }, CLOSE_GRACE_MS);
    socket.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
    socket.close(CLOSE_GOING_AWAY, 'the server is shutting down');
  });
}
