import type { Action } from '../../../providers/action.js';
import type { Subject } from './subject.js';

const UNFINISHED = /^(?:(?:fixup|squash|amend)! |\W*wip\b|🚧|:construction:)/iu;
const MERGE = /^Merge (?:branch|branches|tag|commit|remote-tracking branch|pull request|remote)\b/;
const MERGED_PULL_REQUEST = /^Merge pull request #(\d{1,9}) from /;
const MERGED_REQUEST = /^See merge request \S*!(\d{1,9})$/m;
const SAYS_NOTHING =
  /^(?:updates?|fix(?:es)?|fixups?|typos?|te?mp|tests?|stuff|minor|misc|changes?|oops|asdf|save|clean ?up|lint|format|tweaks?|nits?|progress|more|review|\p{L}{1,2})?[^\p{L}\p{N}]*$/iu;
/** What a reviewer asked for belongs to what was reviewed. */
const OF_A_REVIEW =
  /^(?:apply|address|incorporate|implement)e?[sd]? (?:the |some |more |all )?(?:suggest|review|feedback|comments? )/i;
const BUMP =
  /^(?:\W*\w+(?:\([^)]*\))?!?: )?(?:bump|update dependency|upgrade) \S.* (?:from|to) v?\d/i;
const DEPENDENCY_SCOPE = /^\w+\(deps(?:-dev)?\)!?: /i;

/** A commit whose title tells a reader nothing: a merge, work in progress, "fix". */
export const isNoise = ({ type, title, merge }: Action, { scope, text }: Subject): boolean => {
  if (type !== 'commit') return false;
  if (merge === true || MERGE.test(title) || UNFINISHED.test(title)) return true;
  return OF_A_REVIEW.test(text) || (scope === undefined && SAYS_NOTHING.test(text));
};

/** A new version of something used, by a bot or in a bot's words. */
export const isBump = ({ title, author }: Action): boolean =>
  BUMP.test(title) || DEPENDENCY_SCOPE.test(title) || (author.bot && /^update\b/i.test(title));

/** The pull request that a merge commit of GitHub or GitLab brought in, with its title. */
export const mergedPullRequest = ({
  title,
  body = '',
}: Action): { number: number; title: string } | undefined => {
  if (!MERGE.test(title)) return undefined;
  const number = MERGED_PULL_REQUEST.exec(title)?.[1] ?? MERGED_REQUEST.exec(body)?.[1];
  const firstLine = body.trim().split('\n', 1)[0]?.trim();
  return number && firstLine && !MERGED_REQUEST.test(firstLine)
    ? { number: Number(number), title: firstLine }
    : undefined;
};
