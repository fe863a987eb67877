const SMALL = 64 * 1_024;
export const LARGE = 256 * 1_024;
/** Four times as long takes four times as long, or sixteen times where it is quadratic. */
export const RATIO = 9;

/** What patterns are tempted by, each repeated to a text. */
export const PIECES = [
  'a',
  'a.',
  'a@',
  'a@1.1',
  '1.',
  ' ',
  ' \t',
  '\n',
  '- ',
  '-',
  '`',
  '[',
  '](',
  '<a',
  '&a',
  '_',
  'a:',
  'https://',
  'www.',
  '\u200d',
  '\u202e',
  '修',
  'می\u200c',
  '👨\u200d',
  '\ud83d',
  'Revert "',
  'fix(a): ',
  'a: ',
  'bump a ',
  'fix   ',
  '(#1) ',
];

/** The piece over and over, so many characters. */
export const fill = (piece: string, length: number): string =>
  piece.repeat(Math.ceil(length / piece.length)).slice(0, length);

const milliseconds = (work: () => unknown): number => {
  const begun = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(begun);
  return (user + system) / 1_000;
};

/**
 * How much longer a text of 256 KiB of this piece takes than one of 64 KiB; below some milliseconds it is
 * the clock that is measured.
 */
export const growthOf = (read: (text: string) => unknown, piece: string): number => {
  const [small, large] = [SMALL, LARGE].map((length) => `1${fill(piece, length)}修!`);
  let ratio = Infinity;
  for (let attempt = 0; attempt < 3 && ratio >= RATIO; attempt += 1) {
    const least = Math.max(
      20,
      milliseconds(() => read(small!)),
    );
    ratio = Math.min(ratio, milliseconds(() => read(large!)) / least);
  }
  return ratio;
};
