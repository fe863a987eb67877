import { beforeAll, describe, expect, it } from '@jest/globals';
import { ESLint } from 'eslint';
import { readdirSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

const PROJECT = resolve(import.meta.dirname, '..');
const FOUNDATION = ['src/state', 'src/config', 'src/errors'];
const ADAPTERS = ['github', 'gitlab', 'azure-devops', 'git'].map((name) => `src/providers/${name}`);

/** What the data flow lets each folder import, written down a second time on purpose. */
const ALLOWED: Record<string, readonly string[]> = {
  'src/cli': ['src'],
  'src/page': ['src/auth', 'src/config', 'src/errors'],
  'src/chat': ['src/recap', 'src/auth', 'src/providers', 'src/ops', ...FOUNDATION],
  'src/recap': ['src/auth', 'src/providers', ...FOUNDATION],
  'src/auth': ['src/providers', 'src/providers/http', ...ADAPTERS, ...FOUNDATION],
  'src/providers': ['src/providers/http', ...ADAPTERS, ...FOUNDATION],
  'src/providers/http': ['src/providers', ...FOUNDATION],
  ...Object.fromEntries(
    ADAPTERS.map((adapter) => [adapter, ['src/providers', 'src/providers/http', ...FOUNDATION]]),
  ),
  'src/ops': ['src/auth', 'src/providers/http', ...FOUNDATION],
  'src/state': ['src/config', 'src/errors'],
  'src/config': ['src/errors'],
  'src/errors': [],
};
const FOLDERS = ['src', ...Object.keys(ALLOWED), 'test/support'];

/** A source file of every folder, to import. @throws Error for a folder without one. */
function findTargets(): [folder: string, file: string][] {
  const files = ['src', 'test'].flatMap((root) =>
    readdirSync(join(PROJECT, root), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => `${root}/${file}`),
  );
  return FOLDERS.map((folder) => {
    const file = files.find((candidate) => folderOf(candidate) === folder);
    if (!file) throw new Error(`${folder} has no source file: is it still a folder?`);
    return [folder, file];
  });
}

/** The innermost of the folders that holds the file. */
function folderOf(file: string): string | undefined {
  const holders = FOLDERS.filter((folder) => file.startsWith(`${folder}/`));
  return holders.sort((a, b) => b.length - a.length)[0];
}

describe('the borders between the folders', () => {
  const targets = findTargets();
  let eslint: ESLint;

  beforeAll(() => {
    eslint = new ESLint({
      cwd: PROJECT,
      overrideConfig: { languageOptions: { parserOptions: { projectService: false } } },
      ruleFilter: ({ ruleId }) => ruleId.startsWith('boundaries/'),
    });
  });

  /** The folders a file of `folder` may import, by linting one that imports them all. */
  async function importable(folder: string, imports: (path: string) => string): Promise<string[]> {
    const filePath = join(PROJECT, folder, 'probe.ts');
    const lines = targets.map(([, target]) => {
      const path = relative(dirname(filePath), join(PROJECT, target)).replace(/\.ts$/, '.js');
      return imports(path.startsWith('.') ? path : `./${path}`);
    });
    const [result] = await eslint.lintText(lines.join('\n'), { filePath });
    const refused = new Set(result?.messages.map(({ line }) => line - 1));
    return targets.filter((_, index) => !refused.has(index)).map(([target]) => target);
  }

  it.each(Object.keys(ALLOWED))(
    '%s imports what the design allows, and nothing else',
    async (from) => {
      const allowed = targets
        .map(([target]) => target)
        .filter((to) => to === from || ALLOWED[from]!.includes(to));

      expect(await importable(from, (path) => `import '${path}';`)).toEqual(allowed);
    },
  );

  it.each([
    ['a type import', (path: string) => `import type { X } from '${path}';`],
    ['a dynamic import', (path: string) => `await import('${path}');`],
    ['a re-export', (path: string) => `export { X } from '${path}';`],
  ])('%s crosses a border no more than a plain import does', async (_, imports) => {
    expect(await importable('src/errors', imports)).toEqual(['src/errors']);
  });

  it('a folder of src that no border knows is refused', async () => {
    const [result] = await eslint.lintText('', { filePath: join(PROJECT, 'src/utils/probe.ts') });

    expect(result?.messages.map(({ ruleId }) => ruleId)).toEqual(['boundaries/no-unknown-files']);
  });
});
