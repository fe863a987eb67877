import type { OpenAPIObject } from '@nestjs/swagger';
import { CancelMessageDto, ChatMessageDto, RecapMessageDto, ResumeMessageDto } from './chat.dto.js';
import {
  AcceptedEventDto,
  CitationEventDto,
  DoneEventDto,
  ErrorEventDto,
  ProgressEventDto,
  TokenEventDto,
} from './events.dto.js';

type Payload = new () => object;

/** Its data is empty. */
const HEARTBEAT = 'heartbeat';

/** What clients send, by event. */
const FROM_CLIENT: Readonly<Record<string, Payload>> = {
  recap: RecapMessageDto,
  chat: ChatMessageDto,
  cancel: CancelMessageDto,
  resume: ResumeMessageDto,
};

/** What the server sends, by event. */
const FROM_SERVER: Readonly<Record<string, Payload>> = {
  accepted: AcceptedEventDto,
  progress: ProgressEventDto,
  token: TokenEventDto,
  citation: CitationEventDto,
  done: DoneEventDto,
  error: ErrorEventDto,
};

/** The socket's payloads; the OpenAPI document describes them too, so that generated clients have their types. */
export const SOCKET_PAYLOADS: readonly Payload[] = [
  ...Object.values(FROM_CLIENT),
  ...Object.values(FROM_SERVER),
];

/** The AsyncAPI 3.0 document of the socket; its schemas are those of the OpenAPI document. */
export function describeSocket(openApi: OpenAPIObject): object {
  const messages: Readonly<Record<string, Payload | undefined>> = {
    ...FROM_CLIENT,
    ...FROM_SERVER,
    [HEARTBEAT]: undefined,
  };
  return {
    asyncapi: '3.0.0',
    info: {
      title: `${openApi.info.title}: the socket of a session`,
      version: openApi.info.version,
      description: DESCRIPTION,
    },
    defaultContentType: 'application/json',
    channels: {
      session: {
        address: '/ws/{sessionId}',
        description: 'The socket of one session.',
        parameters: { sessionId: { description: 'The sessionId of the SessionGrant.' } },
        messages: Object.fromEntries(
          Object.keys(messages).map((event) => [event, { $ref: `#/components/messages/${event}` }]),
        ),
        bindings: { ws: { method: 'GET', bindingVersion: '0.1.0' } },
      },
    },
    operations: {
      fromClient: operation('receive', 'What clients ask for.', Object.keys(FROM_CLIENT)),
      fromServer: operation('send', 'What the server answers and streams.', [
        ...Object.keys(FROM_SERVER),
        HEARTBEAT,
      ]),
    },
    components: {
      messages: Object.fromEntries(
        Object.entries(messages).map(([event, payload]) => [event, message(event, payload)]),
      ),
      schemas: openApi.components?.schemas,
      securitySchemes: {
        ticket: {
          type: 'httpApiKey',
          in: 'header',
          name: 'Sec-WebSocket-Protocol',
          description: '`git-recap.v1, ticket.<ticket>`',
        },
        bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
      },
    },
  };
}

const DESCRIPTION = [
  'Authenticated before the handshake completes. Browsers ask POST /session/socket-tickets for a',
  'ticket and offer the subprotocols `git-recap.v1, ticket.<ticket>`, of which only the first is',
  'answered; a ticket opens one socket, within 30 seconds. Other clients send',
  '`Authorization: Bearer …`. `bearer.<accessToken>` in place of the ticket is for old clients: proxies',
  'may log it.',
  'While a reply is followed no 15 seconds pass without a frame: a client that has seen none for 30',
  'takes its connection for dead, opens another and resumes. Event streams have a comment as often.',
  'A session has SOCKETS_PER_SESSION (10) sockets and event streams at most, 429 `too_many_sockets` beyond.',
  'Close codes: 1001 the server is shutting down (connect again and resume), 1009 a frame was too big,',
  '1013 the client reads too slowly (resume when there is room), 4401 the session is over,',
  '4429 too many messages.',
].join(' ');

function operation(action: 'send' | 'receive', summary: string, events: readonly string[]): object {
  return {
    action,
    summary,
    security: ['ticket', 'bearer'].map((name) => ({
      $ref: `#/components/securitySchemes/${name}`,
    })),
    channel: { $ref: '#/channels/session' },
    messages: events.map((event) => ({
      $ref: `#/channels/session/messages/${event}`,
    })),
  };
}

function message(event: string, payload: Payload | undefined): object {
  return {
    name: event,
    payload: {
      type: 'object',
      required: ['event', 'data'],
      properties: {
        event: { type: 'string', const: event },
        data: payload
          ? { $ref: `#/components/schemas/${payload.name.replace(/Dto$/, '')}` }
          : { type: 'object' },
      },
    },
  };
}
