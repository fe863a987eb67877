import type { IncomingMessage } from 'node:http';

/** The part of a Messages API request that this server uses. */
export interface MessagesRequest {
  readonly model: string;
  readonly max_tokens: number;
  /** Absent: the answer comes in one piece. */
  readonly stream?: boolean;
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

const FIELDS_OF_ROUTES: Readonly<Record<string, readonly string[]>> = {
  '/v1/messages': ['model', 'max_tokens', 'stream', 'system', 'messages'],
  '/v1/messages/count_tokens': ['model', 'system', 'messages'],
};

/** The tokens of all that the model is given to read: four bytes of UTF-8 are one. */
export const tokensOf = ({ system = '', messages }: MessagesRequest): number => {
  const texts = [system, ...messages.flatMap(({ content }) => textsOf(content))];
  return Math.ceil(Buffer.byteLength(texts.join('')) / 4);
};

/** The blocks of the document that the conversation begins with. */
export const documentOf = ({ messages }: MessagesRequest): string[] => {
  const [document] = messages[0]?.content ?? [];
  if (typeof document !== 'object' || document.type !== 'document') throw new Error('no document');
  return document.source.content.map(({ text }) => text);
};

const textsOf = (content: MessagesRequest['messages'][number]['content']): string[] => {
  if (typeof content === 'string') return [content];
  return content.flatMap((block) =>
    block.type === 'text' ? [block.text] : block.source.content.map(({ text }) => text),
  );
};

/** What the Messages API would refuse about a request (https://docs.claude.com/en/api/messages), or undefined. */
export const findFault = (request: IncomingMessage, body: string): string | undefined => {
  const { method, url, headers } = request;
  const fields = FIELDS_OF_ROUTES[url ?? ''];
  if (method !== 'POST' || !fields) return `${method} ${url}`;
  if (!headers['x-api-key'] && !headers.authorization?.startsWith('Bearer ')) return 'no API key';
  if (!headers['anthropic-version']) return 'no anthropic-version';
  if (!headers['content-type']?.startsWith('application/json')) return 'not JSON';

  const parsed: unknown = JSON.parse(body);
  return isRecord(parsed) ? findFaultOfBody(parsed, fields) : 'the body is no object';
};

const findFaultOfBody = (
  body: Record<string, unknown>,
  fields: readonly string[],
): string | undefined => {
  const unknown = Object.keys(body).find((field) => !fields.includes(field));
  if (unknown !== undefined) return `unexpected field ${unknown}`;
  if (typeof body.model !== 'string' || body.model === '') return 'model';
  const isAnswered = fields.includes('max_tokens');
  if (isAnswered && (!Number.isInteger(body.max_tokens) || Number(body.max_tokens) < 1)) {
    return 'max_tokens';
  }
  if (body.stream !== undefined && typeof body.stream !== 'boolean') return 'stream';
  if (body.system !== undefined && typeof body.system !== 'string') return 'system';
  if (!Array.isArray(body.messages) || body.messages.length % 2 === 0) return 'messages';
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
  if (!Object.keys(block).every((field) => DOCUMENT_FIELDS.includes(field))) return false;
  if (block.cache_control !== undefined && !isEphemeral(block.cache_control)) return false;
  const { type, content } = block.source;
  return (
    type === 'content' && Array.isArray(content) && content.length > 0 && content.every(isText)
  );
};

const DOCUMENT_FIELDS = ['type', 'title', 'source', 'citations', 'cache_control'];

const isEphemeral = (control: unknown): boolean =>
  isRecord(control) && control.type === 'ephemeral' && Object.keys(control).length === 1;

const isText = (block: unknown): boolean =>
  isRecord(block) && block.type === 'text' && typeof block.text === 'string' && block.text !== '';

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
