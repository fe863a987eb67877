import type { IncomingMessage } from 'node:http';

/** The part of a Messages API request that this server uses. */
export interface MessagesRequest {
  readonly model: string;
  readonly max_tokens: number;
  readonly stream: boolean;
  readonly system?: string;
  readonly messages: readonly {
    readonly role: 'user' | 'assistant';
    readonly content: string | readonly MessagesBlock[];
  }[];
}

export type MessagesBlock =
  | { readonly type: 'text'; readonly text: string }
  | {
      readonly type: 'document';
      readonly source: {
        readonly type: 'content';
        readonly content: readonly { readonly type: 'text'; readonly text: string }[];
      };
      readonly citations?: { readonly enabled: boolean };
    };

const KNOWN_FIELDS = ['model', 'max_tokens', 'stream', 'system', 'messages'];

/** What the Messages API would refuse about a request (https://docs.claude.com/en/api/messages), or undefined. */
export const findFault = (request: IncomingMessage, body: string): string | undefined => {
  const { method, url, headers } = request;
  if (method !== 'POST' || url !== '/v1/messages') return `${method} ${url}`;
  if (!headers['x-api-key'] && !headers.authorization?.startsWith('Bearer ')) return 'no API key';
  if (!headers['anthropic-version']) return 'no anthropic-version';
  if (!headers['content-type']?.startsWith('application/json')) return 'not JSON';

  const parsed: unknown = JSON.parse(body);
  return isRecord(parsed) ? findFaultOfBody(parsed) : 'the body is no object';
};

const findFaultOfBody = (body: Record<string, unknown>): string | undefined => {
  const unknown = Object.keys(body).find((field) => !KNOWN_FIELDS.includes(field));
  if (unknown !== undefined) return `unexpected field ${unknown}`;
  if (typeof body.model !== 'string' || body.model === '') return 'model';
  if (!Number.isInteger(body.max_tokens) || Number(body.max_tokens) < 1) return 'max_tokens';
  if (body.stream !== true) return 'stream';
  if (body.system !== undefined && typeof body.system !== 'string') return 'system';
  if (!Array.isArray(body.messages) || body.messages.length === 0) return 'messages';
  return body.messages.map(findFaultOfMessage).find((fault) => fault !== undefined);
};

const findFaultOfMessage = (message: unknown, index: number): string | undefined => {
  const where = `messages.${index}`;
  if (!isRecord(message)) return where;
  if (message.role !== (index % 2 === 0 ? 'user' : 'assistant')) return `${where}.role`;
  if (typeof message.content === 'string' && message.content !== '') return undefined;
  if (!Array.isArray(message.content) || message.content.length === 0) return `${where}.content`;
  return message.content.every(isBlock) ? undefined : `${where}.content`;
};

const isBlock = (block: unknown): boolean => {
  if (!isRecord(block)) return false;
  if (block.type === 'text') return isText(block);
  if (block.type !== 'document' || !isRecord(block.source)) return false;
  const { type, content } = block.source;
  return (
    type === 'content' && Array.isArray(content) && content.length > 0 && content.every(isText)
  );
};

const isText = (block: unknown): boolean =>
  isRecord(block) && block.type === 'text' && typeof block.text === 'string' && block.text !== '';

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
