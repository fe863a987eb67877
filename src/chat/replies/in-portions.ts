import { setImmediate as othersTurn } from 'node:timers/promises';

const PORTION = 25;

/**
 * Calls back for all items, 25 at the same time, and lets everybody else have their turn before it goes
 * on: with the store in memory nothing else would.
 * @returns the results, in the order of the items. @throws whatever the callback throws.
 */
export async function inPortions<Item, Result>(
  items: readonly Item[],
  each: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  while (results.length < items.length) {
    const portion = items.slice(results.length, results.length + PORTION);
    results.push(...(await Promise.all(portion.map(each))));
    if (results.length < items.length) await othersTurn();
  }
  return results;
}
