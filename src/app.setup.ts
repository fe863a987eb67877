import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import {
  type FastifyBaseLogger,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify';
import { randomUUID } from 'node:crypto';
import type { DestinationStream } from 'pino';
import { AppModule } from './app.module.js';
import { auditRefusals } from './auth/audit.hook.js';
import { AuditLog } from './auth/audit.log.js';
import { identifyRequests } from './auth/identify.hook.js';
import { readForwardedAddresses } from './auth/forwarded.header.js';
import { requireOneHost } from './auth/host.header.js';
import { refuseForeignHosts } from './auth/local-host.hook.js';
import { TokenService } from './auth/token.service.js';
import { Handshake } from './chat/handshake.js';
import { MessageLimit } from './chat/message.limit.js';
import { SessionWsAdapter } from './chat/session-ws.adapter.js';
import { EnvironmentModule } from './config/environment.module.js';
import type { Environment } from './config/environment.js';
import type { Variables } from './config/read-environment.js';
import { proxyTrust } from './config/trusted-proxies.js';
import { guardAgainstCaches } from './app.answer-headers.js';
import { corsOptions } from './app.cors.js';
import { serveDocuments } from './app.docs.js';
import { setSecurityHeaders } from './app.security-headers.js';
import { fromFramework } from './errors/framework.error.js';
import { ignoreExpectations } from './errors/expect.header.js';
import { acceptJsonBodies } from './errors/json-bodies.hook.js';
import { sendProblem } from './errors/problem.filter.js';
import { isFault, type Problem } from './errors/problem.js';
import { refuseUnreadable } from './errors/raw-problem.js';
import { ConnectionCap } from './ops/connection.cap.js';
import { closeWaitingAnswers } from './ops/answered.js';
import { finishRequests } from './ops/drain.hook.js';
import { Drain } from './ops/drain.js';
import { createLogger, NestLogger } from './ops/logger.js';
import { holdConnections } from './ops/open.connections.js';
import { logRequests } from './ops/request-log.hook.js';
import { awaitHandlers } from './ops/running.handlers.js';
import { dropUnreadBodies, endAfterBody } from './ops/unread.bodies.js';
import { MetricsRegistry } from './ops/metrics/metrics.registry.js';
import { measureRequests } from './ops/metrics/request.metrics.js';
import { SocketMetrics } from './ops/metrics/socket.metrics.js';
import { traceRequests } from './ops/tracing/trace.hook.js';
import { servePage } from './page/page.setup.js';

const BODY_LIMIT_BYTES = 64 * 1024;
/** A request that has not arrived completely by then is answered 408, its headers sooner. */
const REQUEST_TIMEOUT_MS = 20_000;
const HEADERS_TIMEOUT_MS = 10_000;
/** How often Node looks for such requests; by itself it does so twice a minute. */
const SLOW_CLIENTS_CHECK_MS = 1_000;
/** Balancers close idle connections after 60 s, mostly: they should be the first, as they know what is under way. */
const KEEP_ALIVE_MS = 72_000;
/** Of the URL and all headers together; 431 above. */
const MAX_HEADER_BYTES = 16 * 1024;

/**
 * The whole server, configured and ready to listen; the same for `main.ts`, the command line and tests.
 * @param variables Instead of the process's environment and `.env`.
 * @param logTo Instead of standard output.
 * @throws EnvironmentError naming every variable that is wrong.
 */
export async function createApp(
  variables?: Variables,
  logTo?: DestinationStream,
): Promise<NestFastifyApplication> {
  const settings = await EnvironmentModule.forRoot(variables);
  const { environment } = settings;
  const log = createLogger(environment, logTo);
  const adapter = new FastifyAdapter({
    loggerInstance: log,
    logController: new LogController({
      disableRequestLogging: true,
      requestIdLogLabel: 'requestId',
    }),
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    http: {
      headersTimeout: HEADERS_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      connectionsCheckingInterval: SLOW_CLIENTS_CHECK_MS,
      maxHeaderSize: MAX_HEADER_BYTES,
      // Node would answer by itself, and nobody would hear of it.
      requireHostHeader: false,
    },
    clientErrorHandler: (error, socket) => {
      const problem = refuseUnreadable(error, socket);
      if (!problem) return;
      logProblem(log, problem, socket.remoteAddress, 'unreadable request');
    },
    forceCloseConnections: true,
    trustProxy: proxyTrust(environment.TRUST_PROXY),
    genReqId: () => randomUUID(),
    // For what fails before routing, such as a URL that cannot be decoded.
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) => {
      endAfterBody(request.raw);
      // No hook sees these answers.
      void reply.headers({ connection: 'close', vary: 'Origin', 'cache-control': 'no-store' });
      const problem = sendProblem(fromFramework(error), request, reply);
      logProblem(log, problem, request.socket.remoteAddress, 'unroutable request');
      if (isFault(problem)) request.log.error(error);
    },
  });
  const app = await NestFactory.create<NestFastifyApplication>(AppModule.with(settings), adapter, {
    logger: new NestLogger(log),
    abortOnError: false,
    bodyParser: false,
  });
  await configure(app, environment);
  await app.init();
  return app;
}

/** What no hook sees: by the id that the client was given, as each request is. */
function logProblem(
  log: FastifyBaseLogger,
  { requestId, status, code }: Problem,
  client: string | undefined,
  what: string,
): void {
  log.info({ requestId, status, code, client }, what);
}

async function configure(app: NestFastifyApplication, environment: Environment): Promise<void> {
  const fastify = app.getHttpAdapter().getInstance();
  holdConnections(fastify);
  ignoreExpectations(fastify.server);
  readForwardedAddresses(fastify.server);
  closeWaitingAnswers(fastify);
  traceRequests(fastify);
  logRequests(fastify);
  measureRequests(fastify, app.get(MetricsRegistry));
  dropUnreadBodies(fastify);
  app.get(ConnectionCap).watch(fastify);
  finishRequests(fastify, app.get(Drain));
  awaitHandlers(fastify);
  acceptJsonBodies(fastify);
  requireOneHost(fastify);
  if (!environment.isProduction) refuseForeignHosts(fastify);
  identifyRequests(fastify, app.get(TokenService));
  auditRefusals(fastify, app.get(AuditLog));
  setSecurityHeaders(fastify, environment);
  guardAgainstCaches(fastify);
  app.enableCors(corsOptions(environment));
  const [handshake, limit, sockets] = [
    app.get(Handshake),
    app.get(MessageLimit),
    app.get(SocketMetrics),
  ];
  app.useWebSocketAdapter(
    new SessionWsAdapter(app, {
      locate: (request) => handshake.locate(request),
      authenticate: (request, sessionId) => handshake.authenticate(request, sessionId),
      admit: (socket) => limit.admit(socket),
      onRefused: (problem, client) => {
        handshake.refused(problem, client);
        sockets.refused(problem.code);
      },
    }),
  );
  serveDocuments(app);
  await servePage(fastify);
}
