import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Shorter texts come up by chance among ids. */
export const SHORTEST_SECRET = 7;

/** @see log.search.d.mts */
export async function searchLogs(folder) {
  const names = await readdir(folder);
  const planted = await readAll(folder, names, '.planted');
  const secrets = new Set(planted.map((line) => JSON.parse(line)));
  const lines = await readAll(folder, names, '.log');
  const leaks = [...leaksIn(lines, byBeginning(secrets))];
  return { secrets: secrets.size, lines: lines.length, leaks };
}

async function readAll(folder, names, ending) {
  const chosen = names.filter((name) => name.endsWith(ending));
  const texts = await Promise.all(chosen.map((name) => readFile(join(folder, name), 'utf8')));
  return texts.flatMap((text) => text.split('\n')).filter(Boolean);
}

/** As it is, as it stands in JSON and as it stands in a URL, by their first characters. */
function byBeginning(secrets) {
  const beginnings = new Map();
  for (const secret of secrets) {
    const written = [
      secret,
      JSON.stringify(secret).slice(1, -1),
      encodeURIComponent(secret.toWellFormed()),
    ];
    for (const form of new Set(written)) {
      const beginning = form.slice(0, SHORTEST_SECRET);
      beginnings.set(beginning, [...(beginnings.get(beginning) ?? []), form]);
    }
  }
  return beginnings;
}

/** One pass over the text however many secrets there are: a run writes megabytes and knows thousands. */
function* leaksIn(lines, beginnings) {
  for (const line of lines) {
    for (let at = 0; at + SHORTEST_SECRET <= line.length; at += 1) {
      const candidates = beginnings.get(line.slice(at, at + SHORTEST_SECRET)) ?? [];
      const secret = candidates.find((candidate) => line.startsWith(candidate, at));
      if (secret !== undefined) yield { secret, line };
    }
  }
}
