import fc from 'fast-check';

const FILTER = ['repo', 'since', 'until', 'timeZone', 'author', 'type', 'includeBots', 'limit'];

const value = fc.oneof(
  fc.jsonValue(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom('one', '.', 'github', 'gitlab', 'azure-devops', 'me', '*', '2025-01-01'),
  fc.constantFrom('__proto__', 'constructor', '\u0000', '\ud800', '${7*7}', '../../etc/passwd'),
  fc.integer(),
);
const fields = (...names: string[]) =>
  fc.oneof(fc.dictionary(fc.constantFrom(...names), value), fc.jsonValue());

const bodies = (...names: string[]): fc.Arbitrary<string> =>
  fc.oneof(
    fields(...names).map((body) => JSON.stringify(body)),
    fc.string(),
  );

/** By the path they are posted to. */
export const BODIES: Readonly<Record<string, fc.Arbitrary<string>>> = {
  '/pat': bodies('provider', 'token', 'baseUrl', 'organization'),
  '/clone': bodies('url', 'path'),
  '/external-signup': bodies('code', 'state', 'error', 'codeVerifier', 'redirectUri'),
  '/recaps': bodies('bullets', 'style', 'language', ...FILTER),
};

/** Paths that take a query. */
export const QUERIED = [
  '/actions',
  '/repos',
  '/replies',
  '/replies/x',
  '/auth/github',
  '/session',
] as const;

const names = fc.constantFrom(...FILTER, 'cursor', 'search', 'page', 'redirectUri', 'a[b]');
const pairs = fc.array(fc.tuple(names, fc.oneof(fc.string(), fc.constant('1'))));

export const QUERIES: fc.Arbitrary<string> = fc.oneof(
  pairs.map((all) => new URLSearchParams(all).toString()),
  fc.stringMatching(/^[\w%&=[\].;+-]{0,60}$/),
);

const event = fc.oneof(fc.constantFrom('recap', 'resume', 'cancel', 'chat'), fc.string());
const data = fields('replyId', 'after', 'ref', 'bullets', 'style', ...FILTER);

export const FRAMES: fc.Arbitrary<string | Buffer> = fc.oneof(
  fc.record({ event, data }, { requiredKeys: [] }).map((frame) => JSON.stringify(frame)),
  fc.jsonValue().map((frame) => JSON.stringify(frame)),
  fc.string({ unit: 'binary' }),
  fc.uint8Array().map((bytes) => Buffer.from(bytes)),
);
