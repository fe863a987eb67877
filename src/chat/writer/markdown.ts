/**
 * Scripts that cannot be spelled without joiners between their letters
 * (https://www.unicode.org/reports/tr31/#Layout_and_Format_Control_Characters).
 */
const JOINED = ['Arab', 'Syrc', 'Nkoo', 'Mong', 'Deva', 'Beng', 'Guru', 'Gujr', 'Orya', 'Taml']
  .concat(['Telu', 'Knda', 'Mlym', 'Sinh', 'Khmr', 'Mymr', 'Tibt'])
  .map((script) => `\\p{scx=${script}}`)
  .join('');
/** Between other letters a joiner shows nothing, and hides one word in another. */
const JOINER = [
  `(?<=[${JOINED}])[\\u200C\\u200D](?=[${JOINED}])`,
  // Bengali and Sinhala words may end with one.
  `(?<=(?=\\p{M})[${JOINED}])\\u200D`,
  '(?<=[\\p{Extended_Pictographic}\\p{Emoji_Modifier}\\uFE0F])\\u200D(?=\\p{Extended_Pictographic})',
].join('|');
/** Signs that are seen, although Unicode counts them among the format characters. */
const SEEN = '[\\u0600-\\u0605\\u06DD\\u070F\\u0890\\u0891\\u08E2\\u{110BD}\\u{110CD}]';
const FORMAT_CONTROLS = new RegExp(`(?!${JOINER}|${SEEN})[\\p{Cf}\\p{Cs}\\p{Co}]`, 'gu');
const WHITE_SPACE = /[\s\p{Cc}\p{Zl}\p{Zp}]+/gu;
/** Bounded, so that a long word without spaces costs no quadratic time. */
const SCHEME = /[a-z][a-z0-9+.-]{0,31}:\/\/+/giu;
const BARE_SLASHES = /:\/\/+/gu;
const WORLD_WIDE_WEB = /(?<![\p{L}\p{N}])www\./giu;
/** An `@` in front of a domain; the version in `x@1.2.3` is none, as no top-level domain is a number. */
const ADDRESS =
  /(?<=[\p{L}\p{N}._+-])@(?!v?\d{1,9}(?:\.\d{1,9}){1,3}(?:[-+][\p{L}\p{N}-]{1,40}(?:\.\d{1,9}){0,3}){0,2}(?![\p{L}\p{N}_+-]|\.[\p{L}\p{N}]))(?=[\p{L}\p{N}-]+\.[\p{L}\p{N}])/giu;

/**
 * Someone's text as one line: no line breaks, no invisible characters (they reorder or hide text),
 * no address that a renderer would turn into a link by itself (GFM links `https://…`, `www.…` and
 * e-mail addresses even where they are escaped, so the telling part goes and the rest stays).
 */
export const oneLine = (text: string): string => {
  return withoutAddresses(visible(text)).replace(/ {2,}/g, ' ').trim();
};

/** Only what a reader sees: control characters become spaces, format characters go. */
export const visible = (text: string): string =>
  text.replace(WHITE_SPACE, ' ').replace(FORMAT_CONTROLS, '');

/** Takes away what makes renderers link bare addresses. */
export const withoutAddresses = (text: string): string =>
  text
    .replace(SCHEME, '')
    .replace(WORLD_WIDE_WEB, '')
    .replace(ADDRESS, ' at ')
    .replace(BARE_SLASHES, ': ');

/** One line of text that Markdown shows as it is, inside of a line. */
export const escapeInline = (text: string): string =>
  oneLine(text)
    .replace(/[\\`*[\]<~]|&(?=#?\w+;)/g, '\\$&')
    .replace(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, '\\_');

/** The same for what a line begins with, or stands behind a bullet's marker. */
export const escapeMarkdown = (text: string): string => escapeStart(escapeInline(text));

/** Lets a line that is escaped otherwise begin neither a heading nor a quote, a list or a rule. */
export const escapeStart = (line: string): string =>
  line
    .replace(/^(?:#(?=#{0,5}(?:\s|$))|>|[+=-](?=[\s+=-]|$))/, '\\$&')
    // A digit cannot be escaped; the delimiter after an ordered list's number can.
    .replace(/^(\d{1,9})(?=[.)](?:\s|$))/, '$1\\');
