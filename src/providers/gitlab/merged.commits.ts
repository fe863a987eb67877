import type { PullRequestReference } from '../action.js';
import type { AnswerReader } from '../http/answer.reader.js';
import { plainLine } from '../plain-text.js';
import type { RepositoryReference } from '../repository.js';

/** GitLab ends the message of a merge so, unless the project has a template of its own. */
const MENTION = /^See merge request (\S*)!(\d{1,9})\s*$/m;

/** Which merge request a commit on a target branch came with. */
export class MergedCommits {
  private readonly references = new Map<string, PullRequestReference>();

  /** A fast-forward merge without a squash makes no commit of its own, so it names none. */
  remember(mergeRequest: AnswerReader): void {
    const reference = {
      number: mergeRequest.number('iid'),
      title: plainLine(mergeRequest.text('title')),
      url: mergeRequest.text('web_url'),
    };
    for (const field of ['squash_commit_sha', 'merge_commit_sha']) {
      const sha = mergeRequest.optionalText(field);
      if (sha !== undefined) this.references.set(sha, reference);
    }
  }

  /** By what was remembered, else by what the commit's message says of its own project. */
  pullRequestOf(
    sha: string,
    message: string,
    repository: RepositoryReference,
  ): PullRequestReference | undefined {
    return this.references.get(sha) ?? mentionIn(message, repository);
  }
}

export function mergeRequestUrl({ url }: RepositoryReference, number: number): string {
  return `${url}/-/merge_requests/${number}`;
}

function mentionIn(
  message: string,
  repository: RepositoryReference,
): PullRequestReference | undefined {
  const [, project, number] = MENTION.exec(message) ?? [];
  if (number === undefined || (project && project !== repository.fullName)) return undefined;
  const [subject = '', ...rest] = message.trim().split('\n');
  const title = plainLine(rest.find((line) => line.trim() !== '') ?? subject);
  return { number: Number(number), title, url: mergeRequestUrl(repository, Number(number)) };
}
