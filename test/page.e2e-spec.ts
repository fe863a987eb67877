import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Problem } from '../src/errors/problem.js';
import { TestServer } from './support/server.js';

const PUBLIC = join(import.meta.dirname, '../src/page/public');
const TYPES: Readonly<Record<string, RegExp>> = {
  html: /^text\/html; charset=utf-8$/i,
  css: /^text\/css; charset=utf-8$/i,
  js: /^(text|application)\/javascript; charset=utf-8$/i,
  svg: /^image\/svg\+xml/i,
};
const VENDOR = ['vendor/marked.js', 'vendor/dompurify.js'];

/** What a file refers to, in the ways this page does: attributes of elements, and imports of modules. */
function referencesIn(text: string): string[] {
  const attributes = /<(?:link|script|img)\b[^>]*?\s(?:href|src)="([^"]+)"/g;
  const imports = /\bfrom\s+['"]([^'"]+)['"]/g;
  return [attributes, imports].flatMap((pattern) =>
    [...text.matchAll(pattern)].map(([, reference = '']) => reference),
  );
}

describe('the page', () => {
  let server: TestServer;
  const text = async (path: string): Promise<string> => (await server.get<string>(path)).body;

  beforeAll(async () => {
    server = await TestServer.start();
  });
  afterAll(() => server.stop());

  it('is at /', async () => {
    const { status, headers, body } = await server.get<string>('/');

    expect(status).toBe(200);
    expect(headers.get('content-type')).toMatch(TYPES.html!);
    expect(body).toContain('<title>Git Recap</title>');
  });

  it('may run, show and call nothing but what comes from this server', async () => {
    const { headers } = await server.get('/');
    const policy = Object.fromEntries(
      (headers.get('content-security-policy') ?? '').split(';').map((directive) => {
        const [name = '', ...sources] = directive.trim().split(/\s+/);
        return [name, sources.join(' ')];
      }),
    );

    expect(policy).toEqual({
      'default-src': "'none'",
      'script-src': "'self'",
      'style-src': "'self'",
      'img-src': "'self' data:",
      'connect-src': "'self'",
      'font-src': "'self'",
      'base-uri': "'none'",
      'form-action': "'none'",
      'frame-ancestors': "'none'",
    });
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  });

  it('has no script and no style inside of it, which the policy would refuse', async () => {
    const html = await text('/');

    for (const [, attributes = '', content = ''] of html.matchAll(
      /<script\b([^>]*)>([^]*?)<\/script>/g,
    )) {
      expect(attributes).toContain('src=');
      expect(content.trim()).toBe('');
    }
    expect(html).not.toMatch(/<style\b/i);
    expect(html).not.toMatch(/<[^>]+\s(?:style|on[a-z]+)\s*=/i);
    expect(html).not.toMatch(/javascript:/i);
  });

  it.each(
    readdirSync(PUBLIC, { recursive: true, withFileTypes: true })
      .flatMap((entry) =>
        entry.isFile() ? [join(entry.parentPath, entry.name).slice(PUBLIC.length + 1)] : [],
      )
      .concat(VENDOR),
  )('serves %s with its type, to be kept and asked for again', async (path) => {
    const { status, headers } = await server.get(`/${path}`);

    expect(status).toBe(200);
    expect(headers.get('content-type')).toMatch(TYPES[path.split('.').at(-1)!]!);
    expect(headers.get('cache-control')).toBe('public, max-age=0');
    const etag = headers.get('etag')!;
    // With a condition and no Cache-Control of its own, fetch asks past all caches.
    const condition = { 'if-none-match': etag, 'cache-control': 'max-age=0' };
    expect((await server.get(`/${path}`, { headers: condition })).status).toBe(304);
  });

  it('refers only to what is served, from its markup to the last module', async () => {
    const seen = new Set<string>();
    const waiting = ['/'];
    for (const path of waiting) {
      const { status, body } = await server.get<string>(path);
      expect([path, status]).toEqual([path, 200]);
      for (const reference of path.startsWith('/vendor/') ? [] : referencesIn(body)) {
        const { pathname, origin } = new URL(reference, server.url + path);
        expect(origin).toBe(server.url);
        if (!seen.has(pathname)) waiting.push(pathname);
        seen.add(pathname);
      }
    }

    for (const path of ['/app/main.js', '/styles/base.css', ...VENDOR.map((name) => `/${name}`)]) {
      expect(seen).toContain(path);
    }
  });

  it('gets modules for its libraries', async () => {
    expect(await text('/vendor/marked.js')).toMatch(/export\s*\{[^}]*\bMarked\b/);
    expect(await text('/vendor/dompurify.js')).toMatch(/export\s*\{[^}]*\bas default\b/);
  });

  it.each([
    '/app/nothing.js',
    '/styles/',
    '/vendor/',
    '/vendor/marked.umd.js',
    '/vendor/..%2fpackage.json',
    '/..%2f..%2fpage.setup.ts',
    '/app/..%2f..%2fpage.setup.ts',
  ])('answers %s as it answers any unknown path', async (path) => {
    const { status, headers, body } = await server.get<Problem>(path);

    expect(status).toBe(404);
    expect(headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(body.code).toBe('not_found');
  });
});
