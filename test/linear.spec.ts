import { describe, expect, it } from '@jest/globals';
import { MarkdownStyler } from '../src/cli/markdown.styler.js';
import { printable, Terminal } from '../src/cli/terminal.js';
import { bearerOf } from '../src/auth/identify.hook.js';
import { readFrame } from '../src/chat/socket-frame.js';
import { DomainError } from '../src/errors/domain.error.js';
import { inheritedNameIn } from '../src/errors/inherited-name.js';
import { isBot } from '../src/providers/bot.js';
import { coAuthorsIn, coAuthorsOf } from '../src/providers/co-authors.js';
import { parseGitAddress } from '../src/providers/git/git.address.js';
import { GitWebAddress } from '../src/providers/git/git.web-address.js';
import { ObjectHeader } from '../src/providers/git/history/object-header.js';
import { holdsVersion, isReleaseBranch } from '../src/providers/git/history/version-name.js';
import { pullRequestOf } from '../src/providers/git/pull-request.mention.js';
import { lastPageOf } from '../src/providers/github/page-links.js';
import { loginOf } from '../src/providers/noreply-address.js';
import { personOf } from '../src/providers/person.js';
import { plainLine, plainText } from '../src/providers/plain-text.js';
import { withoutTrailingSlashes } from '../src/providers/trailing-slashes.js';
import { readCursor } from '../src/recap/action-cursor.js';
import { readWindow } from '../src/recap/time-window.js';
import { growthOf, PIECES, RATIO } from './support/growth.js';

/** A refusal is an answer, too. */
const orRefusal =
  (read: (text: string) => unknown) =>
  (text: string): unknown => {
    try {
      return read(text);
    } catch (error) {
      if (error instanceof DomainError) return error.code;
      throw error;
    }
  };

const REMOTES = [
  'https://github.com/a/b',
  'https://gitlab.com/a/b',
  'https://bitbucket.org/a/b',
  'https://git.example.com/scm/a/b.git',
  'https://dev.azure.com/a/b/_git/c',
  'https://git.example.com/a/b',
].flatMap((remote) => GitWebAddress.fromRemote(remote) ?? []);

const committer = { name: 'GitHub', email: 'noreply@github.com' };

const mentionsIn = (subject: string, body: string): unknown =>
  REMOTES.map((address) =>
    pullRequestOf(
      { subject, body, parents: 2, committer } as Parameters<typeof pullRequestOf>[0],
      address,
    ),
  );

const styleInPieces = (text: string): string => {
  const styler = new MarkdownStyler(new Terminal(process.stdout, process.stderr, {}));
  let styled = '';
  for (let start = 0; start < text.length; start += 8) {
    styled = styler.style(text.slice(start, start + 8));
  }
  return styled + styler.end();
};

/** Whatever reads what a stranger wrote, but for the writers (src/chat/writer/worst-case.spec.ts). */
const READERS: Readonly<Record<string, (text: string) => unknown>> = {
  'a title': plainLine,
  'a body': plainText,
  'the co-authors of a message': (text) => [
    coAuthorsIn(text),
    coAuthorsIn(`feat: one\n\nCo-authored-by: ${text}`),
    coAuthorsIn(`feat: one\n\nCo-authored-by: a <${text}>`),
  ],
  'co-authors that git found': coAuthorsOf,
  'a person': (text) => [personOf(text), personOf(`${text} <a@b>`), loginOf(text)],
  'whether somebody is a bot': (text) => [
    isBot({ name: text, email: 'a@b' }),
    isBot({ name: 'a', email: text, login: text }),
  ],
  'a pull request in a subject': (text) => [
    mentionsIn(text, ''),
    mentionsIn(`Merge pull request #1 from ${text}`, text),
    mentionsIn(`Merged in ${text}`, text),
    mentionsIn(`Pull request #1: ${text}`, ''),
    mentionsIn(`Merge branch '${text}'`, `See merge request ${text}!1`),
  ],
  'the head of a git object': (text) => {
    const header = new ObjectHeader({
      type: 'commit',
      content: Buffer.from(`tree 1\nauthor ${text}\ncommitter ${text} 1 +0000\n\n${text}`),
    });
    return [header.signature('author'), header.signature('committer'), header.message];
  },
  'the name of a tag': holdsVersion,
  'the name of a branch': isReleaseBranch,
  'a remote': (text) => [
    GitWebAddress.fromRemote(text),
    GitWebAddress.fromRemote(`git@${text}:a`),
    GitWebAddress.fromRemote(`https://a/${text}`),
  ],
  'a URL to clone': orRefusal((text) => parseGitAddress(`https://example.com/${text}`)),
  'a URL with slashes': (text) => withoutTrailingSlashes(`https://a/${text}${'/'.repeat(100)}a`),
  'the links of an answer': (text) => [
    lastPageOf(text),
    lastPageOf(`<https://a/?page=${text}>; rel="last"`),
  ],
  'a bearer token': (text) => [bearerOf(text), bearerOf(`Bearer ${text}`)],
  'a frame': orRefusal((text) => readFrame(JSON.stringify({ event: text, data: [text] }))),
  'a frame that is none': orRefusal(readFrame),
  'names of fields': (text) => inheritedNameIn({ [text]: [text] }),
  'a cursor': orRefusal(readCursor),
  'a window': orRefusal((text) => readWindow({ since: text, until: text, timeZone: text })),
  'a reply on a terminal': styleInPieces,
  'what a terminal may print': printable,
};

describe.each(Object.entries(READERS))('the time to read %s', (_, read) => {
  it.each(PIECES)('grows no faster than a text of %j', (piece) => {
    expect(growthOf(read, piece)).toBeLessThan(RATIO);
  });
});
