/** Signs that begin a bullet; what is written without spaces sets none behind its own (`・最初の変更`). */
const SIGNS = '-*•–—‣◦·●▪・‧';
const SPACELESS_SIGNS = '•●▪・';
const BULLET = new RegExp(
  `^(?:[${SIGNS}]\\s+|[${SPACELESS_SIGNS}]\\s*|\\d{1,2}[.)]\\s+)(?=\\S)`,
  'u',
);
const UNDECIDED = new RegExp(`^(?:[${SIGNS}]|\\d{1,2}[.)]?)?\\s*$`, 'u');
/** In the middle of a sentence a dash or a number is part of it. */
const SIGN_IN_THE_MIDDLE = /^(?:[-*•]\s+|・\s*)(?=\S)/u;
const UNDECIDED_IN_THE_MIDDLE = /^[-*•・]?\s*$/u;

/**
 * The length of the marker that a line begins with, 0 where it has none; undefined as long as that
 * cannot be told.
 * @param line Without the space in front of it.
 * @param inTheMiddle Whether it may go on with a sentence.
 */
export const markerOf = (line: string, inTheMiddle: boolean): number | undefined => {
  if ((inTheMiddle ? UNDECIDED_IN_THE_MIDDLE : UNDECIDED).test(line)) return undefined;
  return (inTheMiddle ? SIGN_IN_THE_MIDDLE : BULLET).exec(line)?.[0].length ?? 0;
};
