/** `15.2.0`, `v8.2.1`, `create-vite@9.1.2`, `globset-0.4.19`, `gopls/v0.15.0`. */
const VERSION =
  /^(?:[\p{L}\p{N}_@./-]{1,80}[-@/])?v?\d{1,6}(?:\.\d{1,6}){1,4}(?:[-+.]?[\p{L}\p{N}][\p{L}\p{N}.+-]{0,40})?$/u;
/** Before a release: `-rc.1`, `.dev0`, `b2`, `-next.1`, `-SNAPSHOT`. */
const PRERELEASE =
  /\d[-._]?(?:a|alpha|b|beta|canary|dev|experimental|insiders|m|milestone|next|nightly|pre|preview|rc|snapshot)[-._]?\d*(?:\.\d+)*$/i;
/** Words of titles that only say that there is a version. */
const ABOUT_VERSIONS = new Set(
  'a and begin bump bumped bumps changelog changes commit cut designate dev development draft final finalize for forthcoming in increment is mark new news next notes number of package packages post pre prep prepare prepares preparing publish published ready release released releases releasing section set start tag the to update updates version versions'.split(
    ' ',
  ),
);
const NAMES_ONE = /^(?:releas(?:e|es|ed|ing)|versions?)$/;
const BUMP = /^(?:bump|set|increment|raise)s? (?:the )?(?:[\w-]{1,40} )?version(?! of)\b/i;
const MAX_WORDS = 12;

/** Whether a text is nothing but a version, with the name of what it is of in front at most. */
export const isVersion = (text: string): boolean => {
  if (VERSION.test(text)) return true;
  const [, name = '', version = ''] = /^(\p{L}{1,40}) (\S{1,60})$/u.exec(text) ?? [];
  return name !== '' && VERSION.test(version) && PRERELEASE.test(version);
};

export const isPrerelease = (name: string): boolean => PRERELEASE.test(name);

/** Whether a title only sets, prepares or announces a version: `Prepare release v4.3.0`, `Bump version`. */
export const isAboutVersion = (title: string): boolean => {
  if (isVersion(title) || BUMP.test(title)) return true;
  const words = title
    .toLowerCase()
    .split(/[\s:()[\]]+/, MAX_WORDS + 1)
    .filter((word) => word !== '' && word !== '-');
  if (words.length === 0 || words.length > MAX_WORDS) return false;
  const names = words.filter((word) => VERSION.test(word));
  return (
    words.every((word) => ABOUT_VERSIONS.has(word) || VERSION.test(word)) &&
    (names.length > 0 || words.some((word) => NAMES_ONE.test(word)))
  );
};
