import fc from 'fast-check';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { GitWorld } from './git-world.js';

/** One thing that somebody does in a repository. */
export interface RandomStep {
  readonly kind: 'commit' | 'move' | 'remove' | 'merge' | 'octopus' | 'pick' | 'tag';
  /** Which of the branches, as long as there are so many. */
  readonly branch: number;
  readonly other: number;
  readonly lines: number;
  /** Seconds by which the clock of whoever does it is off. */
  readonly skew: number;
  /** Seconds since the step before; 0 makes equal dates. */
  readonly pause: number;
}

const BRANCHES = ['main', 'topic', 'release/1', 'fix', 'stacked'];
const YEARS = 20 * 365 * 86_400;

export const RANDOM_STEPS: fc.Arbitrary<RandomStep> = fc.record({
  kind: fc.oneof(
    { weight: 6, arbitrary: fc.constant('commit' as const) },
    { weight: 4, arbitrary: fc.constantFrom('move', 'remove', 'merge', 'octopus', 'pick', 'tag') },
  ),
  branch: fc.nat({ max: BRANCHES.length - 1 }),
  other: fc.nat({ max: BRANCHES.length - 1 }),
  lines: fc.integer({ min: 1, max: 40 }),
  skew: fc.oneof(
    { weight: 6, arbitrary: fc.constant(0) },
    { weight: 2, arbitrary: fc.integer({ min: -3 * 86_400, max: 3 * 86_400 }) },
    { weight: 1, arbitrary: fc.constantFrom(-YEARS, YEARS) },
  ),
  pause: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 86_400 })),
});

interface Tip {
  readonly mark: number;
  readonly files: ReadonlyMap<string, number>;
}

/**
 * Makes a repository of these steps, with git fast-import, which takes any history. A picked commit
 * keeps its author, date and title, as after `git cherry-pick` and `git rebase`.
 */
export async function randomHistory(
  world: GitWorld,
  name: string,
  steps: readonly RandomStep[],
  start: number,
): Promise<void> {
  const tips = new Map<string, Tip>();
  const written: { title: string; author: string }[] = [];
  const stream: string[] = [];
  let marks = 0;
  let now = start;

  const commit = (branch: string, step: RandomStep, change: Partial<Change>): void => {
    const before = tips.get(branch) ?? tips.get('main');
    marks += 1;
    const who = `Person ${marks % 3} <person${marks % 3}@example.com>`;
    const { title = `Change ${marks}`, author = `${who} ${now} +0000` } = change;
    if (!change.merged) written.push({ title, author });
    const files = new Map(before?.files);
    const lines = (change.edit ?? (() => []))(files);
    stream.push(
      `commit refs/heads/${branch}\nmark :${marks}\nauthor ${author}`,
      `committer ${who} ${Math.max(1, now + step.skew)} +0000\ndata ${title.length}\n${title}`,
      ...(before ? [`from :${before.mark}`] : []),
      ...(change.merged ?? []).map((mark) => `merge :${mark}`),
      ...lines,
      '',
    );
    tips.set(branch, { mark: marks, files });
  };

  const write =
    (step: RandomStep) =>
    (files: Map<string, number>): string[] => {
      const file = `file${step.other}`;
      files.set(file, step.lines);
      return [`M 100644 inline ${file}`, ...contentOf(file, step.lines)];
    };
  commit('main', { ...steps[0]!, skew: 0 }, { edit: write(steps[0]!) });

  for (const step of steps) {
    now += step.pause;
    const branch = BRANCHES[step.branch] ?? 'main';
    const others = [...tips].filter(([other]) => other !== branch).map(([, { mark }]) => mark);
    const tip = tips.get(branch) ?? tips.get('main')!;
    const [file] = [...tip.files.keys()];
    const picked = written[step.other % written.length];
    if (step.kind === 'tag') {
      stream.push(`reset refs/tags/v1.${marks}\nfrom :${tip.mark}\n`);
    } else if (step.kind === 'merge' && others.length > 0) {
      commit(branch, step, { merged: others.slice(0, 1) });
    } else if (step.kind === 'octopus' && others.length > 1) {
      commit(branch, step, { merged: others });
    } else if (step.kind === 'move' && file !== undefined) {
      const edit = (files: Map<string, number>): string[] => {
        files.set(`moved${marks}`, files.get(file) ?? 0);
        files.delete(file);
        return [`R ${file} moved${marks}`];
      };
      commit(branch, step, { edit });
    } else if (step.kind === 'remove' && file !== undefined) {
      const edit = (files: Map<string, number>): string[] => {
        files.delete(file);
        return [`D ${file}`];
      };
      commit(branch, step, { edit });
    } else if (step.kind === 'pick' && picked) {
      commit(branch, step, { ...picked, edit: write(step) });
    } else commit(branch, step, { edit: write(step) });
  }
  await feed(world.path(name), stream.join('\n'));
}

interface Change {
  readonly title: string;
  readonly author: string;
  /** Marks of further parents. */
  readonly merged: readonly number[];
  /** Changes the files, and says so to fast-import. */
  readonly edit: (files: Map<string, number>) => string[];
}

function contentOf(file: string, lines: number): string[] {
  const content = Array.from({ length: lines }, (_, line) => `${file} ${line} of ${lines}\n`).join(
    '',
  );
  return [`data ${content.length}`, content];
}

async function feed(repository: string, stream: string): Promise<void> {
  const git = spawn('git', ['-C', repository, 'fast-import', '--quiet', '--force'], {
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  git.stdin.end(stream);
  const [exitCode] = (await once(git, 'close')) as [number];
  if (exitCode !== 0) throw new Error(`git fast-import ended with ${exitCode}`);
}
