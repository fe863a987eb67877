const FORMAT_CONTROLS = /[\p{Cf}\p{Cs}\p{Co}]/gu;
const WHITE_SPACE = /[\s\p{Cc}\p{Zl}\p{Zp}]+/gu;
/** Bounded, so that a long word without spaces costs no quadratic time. */
const SCHEME = /[a-z][a-z0-9+.-]{0,31}:\/\/+/giu;
const BARE_SLASHES = /:\/\/+/gu;
const WORLD_WIDE_WEB = /(?<![\p{L}\p{N}])www\./giu;
const ADDRESS = /(?<=[\p{L}\p{N}._+-])@(?=[\p{L}\p{N}-]+\.[\p{L}\p{N}])/gu;

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

/** One line of text that Markdown shows as it is, wherever in a line it stands. */
export const escapeMarkdown = (text: string): string =>
  oneLine(text)
    .replace(/[\\`*[\]<~]|&(?=#?\w+;)/g, '\\$&')
    .replace(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, '\\_')
    .replace(/^[#>+=-]|^\d{1,9}(?=[.)])/, leadingMarker);

/** A digit cannot be escaped; the delimiter after an ordered list's number can. */
const leadingMarker = (marker: string): string =>
  /\d/.test(marker) ? `${marker}\\` : `\\${marker}`;
