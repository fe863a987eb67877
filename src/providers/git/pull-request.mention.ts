import type { PullRequestReference } from '../action.js';
import type { LogEntry } from './git.log.js';
import type { GitWebAddress } from './git.web-address.js';
import { plainLine } from '../plain-text.js';

const firstLine = (text: string): string => text.trimStart().split('\n', 1)[0] ?? '';

/** A company's own GitHub signs with an address that its administrator has set: desktop/desktop#4329 */
const isGitHub = ({ name, email }: LogEntry['committer'], host: string): boolean =>
  email === 'noreply@github.com' ||
  (host !== 'github.com' && (name === 'GitHub Enterprise' || email.startsWith('noreply@')));

/** The sentences by which hosts themselves say which pull request a commit came with. */
const SENTENCES: Record<
  GitWebAddress['kind'],
  (
    entry: LogEntry,
    host: string,
  ) => { number?: string; title?: string; project?: string } | undefined
> = {
  github: ({ subject, body, parents, committer }, host) => {
    if (parents > 1) {
      const [, number] = /^Merge pull request #(\d+) from /.exec(subject) ?? [];
      if (number !== undefined) return { number, title: firstLine(body) };
    }
    // Anyone may write (#1). GitHub writes it where GitHub made the commit.
    if (!isGitHub(committer, host)) return undefined;
    const [, title, number] = /^(.+) \(#(\d+)\)$/.exec(subject) ?? [];
    return { number, title };
  },
  gitlab: ({ body }) => {
    const [, project, number] = /^See merge request (\S*)!(\d+)\s*$/m.exec(body) ?? [];
    return { number, title: firstLine(body), project };
  },
  bitbucket: ({ subject, body, parents }) => {
    if (parents < 2) return undefined;
    const [, number] = /^Merged in .+ \(pull request #(\d+)\)$/.exec(subject) ?? [];
    return { number, title: firstLine(body) };
  },
  // https://confluence.atlassian.com/bitbucketserver: the one that it writes now, and the one before.
  'bitbucket-server': ({ subject, body, parents }) => {
    if (parents < 2) return undefined;
    const [, number, title] = /^Pull request #(\d+): (.+)$/.exec(subject) ?? [];
    if (number !== undefined) return { number, title };
    const [, older] = /^Merge pull request #(\d+) in /.exec(subject) ?? [];
    return { number: older, title: firstLine(body) };
  },
  'azure-devops': ({ subject }) => {
    const [, number, title] = /^Merged PR (\d+): (.+)$/.exec(subject) ?? [];
    return { number, title };
  },
  other: () => undefined,
};

/** The pull request that the commit's host wrote into its message; what only looks like one is none. */
export function pullRequestOf(
  entry: LogEntry,
  address: GitWebAddress,
): PullRequestReference | undefined {
  const mention = SENTENCES[address.kind](entry, address.host);
  const number = Number(mention?.number);
  if (!mention || !Number.isSafeInteger(number) || number < 1) return undefined;
  if (mention.project && mention.project !== address.fullName) return undefined;
  const title = plainLine(mention.title || entry.subject);
  return { number, title, url: address.pullRequestUrl(number) };
}
