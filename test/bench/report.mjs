import { appendFileSync } from 'node:fs';

/**
 * Shows what a bench has found, and appends it as JSON lines to the file that BENCH_RESULTS names, for
 * the table of `npm run bench`.
 * @param bench Its name: of `npm run bench:startup` it is `startup`.
 * @param rows Each `{what, value, unit, aim?, against?}`: what was measured, the number, its unit, the
 * aim as text (`≤ 1.6`) where there is one, and what ran beside it, where something did.
 */
export function report(bench, rows) {
  console.table(rows);
  const file = process.env.BENCH_RESULTS;
  if (!file) return;
  for (const row of rows) appendFileSync(file, `${JSON.stringify({ bench, ...row })}\n`);
}
