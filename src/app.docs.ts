import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { describeSocket, SOCKET_PAYLOADS } from './chat/asyncapi.document.js';

const VERSION = '1';

/** The OpenAPI 3.1 document of the REST routes. */
function describeRest(app: NestFastifyApplication): OpenAPIObject {
  const config = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Git Recap')
    .setDescription(DESCRIPTION)
    .setVersion(VERSION)
    .addServer('/', 'This server')
    .addBearerAuth({ type: 'http', scheme: 'bearer', bearerFormat: 'JWT' })
    .addTag('sign-in', 'Sessions and what they are connected to')
    .addTag('recap', 'What happened, and recaps of it')
    .addTag('operations', 'For those who run the server')
    .build();
  const document = SwaggerModule.createDocument(app, config, {
    extraModels: [...SOCKET_PAYLOADS],
    operationIdFactory: (_controller, method) => method,
  });
  document.info.license = { name: 'Proprietary' };
  return withoutSuffix(document);
}

/** Clients are to see `Action`, not `ActionDto`: the suffix only sets classes apart from the words of the domain. */
function withoutSuffix(document: OpenAPIObject): OpenAPIObject {
  const text = JSON.stringify(document).replaceAll(
    /"(#\/components\/schemas\/)?(\w+)Dto"/g,
    '"$1$2"',
  );
  return JSON.parse(text) as OpenAPIObject;
}

/** Serves both documents and a page to try the routes on, made when first asked for. */
export function serveDocuments(app: NestFastifyApplication): void {
  let document: OpenAPIObject | undefined;
  const openApi = (): OpenAPIObject => (document ??= describeRest(app));
  SwaggerModule.setup('docs', app, openApi, {
    jsonDocumentUrl: 'docs/json',
    yamlDocumentUrl: 'docs/yaml',
    customSiteTitle: 'Git Recap: API',
    customCss: '.swagger-ui .topbar { display: none }',
  });
  allowInlineStyles(app.getHttpAdapter().getInstance());
  app
    .getHttpAdapter()
    .get('/docs/asyncapi.json', (_request: unknown, reply: FastifyReply) =>
      reply.type('application/json').send(describeSocket(openApi())),
    );
}

/** Swagger UI styles its elements inline; no other page may. */
function allowInlineStyles(fastify: FastifyInstance): void {
  fastify.addHook('onSend', (request, reply, _payload, next) => {
    const policy = reply.getHeader('content-security-policy');
    if (/^\/docs(\/|$)/.test(request.url) && typeof policy === 'string') {
      const relaxed = policy.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'");
      void reply.header('content-security-policy', relaxed);
    }
    next();
  });
}

const DESCRIPTION = [
  'Turns what people did in git into a short recap, with every claim linked to the commit, pull',
  'request or issue behind it. Sign in at GET /auth/github, with POST /pat or POST /clone, send the',
  'accessToken as a Bearer token, ask GET /actions what happened or POST /recaps for a recap of it.',
  'Recaps stream over the WebSocket `/ws/{sessionId}` too: see /docs/asyncapi.json. Every error is an',
  'RFC 9457 problem.',
].join(' ');
