import { beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { PAT_PROVIDERS } from '../auth/auth.dto.js';

/** The page's modules are scripts for browsers, which no compiler looks at. */
const moduleOfPage = (name: string) =>
  import(new URL(`public/app/${name}.js`, import.meta.url).href);

describe('the providers that the page offers', () => {
  let tokenProviders: (description: unknown) => string[];
  const description = JSON.parse(readFileSync('docs/openapi.json', 'utf8'));

  beforeAll(async () => {
    ({ tokenProviders } = await moduleOfPage('providers'));
  });

  it('are all that a token signs in to, as the API description tells', () => {
    expect(tokenProviders(description)).toEqual(PAT_PROVIDERS);
  });

  it('do not depend on what its schemas are called', () => {
    const text = JSON.stringify(description).replaceAll('"Pat"', '"SomethingElse"');
    const renamed = JSON.parse(text.replaceAll('schemas/Pat"', 'schemas/SomethingElse"'));
    expect(renamed.components.schemas.Pat).toBeUndefined();
    expect(tokenProviders(renamed)).toEqual(PAT_PROVIDERS);
  });

  it('are never made up where it tells of none', () => {
    expect(() => tokenProviders({ ...description, paths: {} })).toThrow(TypeError);
  });
});

describe('the end of a recap on the page', () => {
  const done = { usage: {}, uncited: [2] };

  async function replyThatEnded(event: string, data: object) {
    const { Reply } = await moduleOfPage('reply');
    const reply = new Reply();
    reply.apply({ event: 'token', data: { text: '- One was done.\n- Two was not.\n' } });
    reply.apply({ event, data });
    return reply;
  }

  it.each([
    ['end', 'Done: 2 bullets'],
    ['cancelled', 'Cancelled after 2 bullets'],
    ['length', 'Ended early after 2 bullets: the text became too long'],
    ['refused', 'Ended early after 2 bullets: the language model refused to go on'],
    ['paused', 'Ended early after 2 bullets: the reason given is “paused”'],
  ])('is told in words: %s', async (stopReason, words) => {
    const reply = await replyThatEnded('done', { ...done, stopReason });
    expect(reply.ending).toBe(words);
  });

  it('is copied with what a bullet says and none of its sources', async () => {
    const { Reply } = await moduleOfPage('reply');
    const reply = new Reply();
    const action = { id: 'x#commit:1', type: 'commit', title: 'One', url: 'https://example.com/1' };
    reply.apply({ event: 'token', data: { text: '- One was done in 4711 steps.\n' } });
    reply.apply({ event: 'citation', data: { bullet: 1, action } });
    const doubtful = [{ bullet: 1, text: '4711' }];
    reply.apply({ event: 'done', data: { ...done, uncited: [], doubtful, stopReason: 'end' } });
    expect(reply.toMarkdown(String)).toContain(') (not in its sources: 4711)');
  });

  it('is copied with the text, unless that is whole', async () => {
    const text = '- One was done.\n- Two was not. (without a source)\n';
    const whole = await replyThatEnded('done', { ...done, stopReason: 'end' });
    expect(whole.toMarkdown(String)).toBe(text);
    const refused = await replyThatEnded('done', { ...done, stopReason: 'refused' });
    expect(refused.toMarkdown(String)).toBe(`${text}\n${refused.ending}.\n`);
    const failed = await replyThatEnded('error', { problem: { code: 'writer_failed' } });
    expect(failed.toMarkdown(String)).toContain('Broken off after 2 bullets.');
  });
});
