const MAX_LENGTH = 200;
const NUMBERS = /\d{1,9}[._]\d/;
/** `v7`, as GitHub's actions name what they publish. */
const ONE_NUMBER = /(?:^|[^a-z\d.])v\d{1,9}$/i;
/** `2.3.x` is a line of versions. */
const LINE = /(?:^|[._-])x(?:$|[._-])/i;
const OTHER_PURPOSE =
  /(?:^|[^a-z])(?:after|archive|backup|base|before|branch|branchpoint|end|eol|last|maintenance|old|start|wip)(?:[^a-z]|$)/i;
const SUFFIX = String.raw`[._-](?:x|dev|lts|maint|maintenance|stable)`;
const RELEASE_BRANCHES = [
  /^(?:lts|maint|maintenance|rel|release|releases|stable|support)(?:[/_.-].*)?$/,
  new RegExp(String.raw`^v\d{1,4}(?:[._]\d{1,4}){0,3}(?:${SUFFIX})?$`),
  new RegExp(String.raw`^\d{1,4}(?:[._]\d{1,4}){1,3}(?:${SUFFIX})?$`),
  new RegExp(String.raw`^\d{1,4}(?:[._-]\d{1,4}){0,3}${SUFFIX}$`),
];

/**
 * Whether a tag of this name is a release: `v1.2.3`, `7.0`, `v7`, `release-2.4.1-rc.1`,
 * `create-vite@9.1.2`, `go1.22`, `REL_16_2`, `gopls/v0.15.0`. A line such as `2.3.x` is none, nor is
 * what says that it is something else.
 */
export const holdsVersion = (tag: string): boolean =>
  tag.length <= MAX_LENGTH &&
  (NUMBERS.test(tag) || ONE_NUMBER.test(tag)) &&
  !LINE.test(tag) &&
  !OTHER_PURPOSE.test(tag);

/** Whether releases are made from a branch of this name: `release/1.2`, `2.3.x`, `v1.20`, `7-stable`. */
export const isReleaseBranch = (branch: string): boolean =>
  branch.length <= MAX_LENGTH &&
  RELEASE_BRANCHES.some((pattern) => pattern.test(branch.toLowerCase()));
