// The server's libraries in few files, as the build ships them (bundle.mjs). Jest finds, reads and links
// every module anew for every spec file; with two thousand of them that took longer than most specs do.
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, rename } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { EXTERNAL } from '../../bundle.external.mjs';

const ROOT = new URL('../../', import.meta.url);

/** Not in one copy alone: Jest loads the first ahead of everything, for decorators; ESLint the other. */
const SHARED = ['reflect-metadata', 'keyv'];
/** Imported in parts, or read as files. */
const LEFT_OUT = new Set([...SHARED, 'ws', 'azure-devops-node-api', 'dompurify', 'marked']);
/** Of the specs; they must share Nest with the server. */
const ADDED = ['@nestjs/testing', 'supertest'];

/**
 * Bundles them, where that has not been done since they changed.
 * @returns Jest's moduleNameMapper for them.
 */
export async function bundledLibraries() {
  const { dependencies } = JSON.parse(await readFile(new URL('package.json', ROOT), 'utf8'));
  const names = [...Object.keys(dependencies), ...ADDED].filter((name) => !LEFT_OUT.has(name));
  const folder = `node_modules/.cache/libraries-${await version()}`;
  if (!existsSync(new URL(folder, ROOT))) await bundle(names, folder);
  const literally = names.map((name) => name.replaceAll('.', String.raw`\.`));
  return { [`^(${literally.join('|')})$`]: `<rootDir>/${folder}/$1.mjs` };
}

async function version() {
  const hash = createHash('sha256').update(await readFile(import.meta.filename));
  for (const path of ['package.json', 'package-lock.json', 'bundle.external.mjs']) {
    hash.update(await readFile(new URL(path, ROOT)));
  }
  return hash.digest('hex').slice(0, 16);
}

async function bundle(names, folder) {
  // Here, as most runs need none.
  const { rolldown } = await import('rolldown');
  const entries = new Map();
  for (const name of names) entries.set(`entry:${name}`, await reexport(name));
  const bundled = await rolldown({
    input: Object.fromEntries(names.map((name) => [name, `entry:${name}`])),
    platform: 'node',
    external: [...EXTERNAL, ...SHARED],
    checks: { eval: false },
    plugins: [
      {
        name: 'entries',
        resolveId: (id) => (entries.has(id) ? id : undefined),
        load: (id) => entries.get(id),
      },
    ],
    onLog(_level, log) {
      throw new Error(log.message);
    },
  });
  const unfinished = fileURLToPath(new URL(`${folder}.${process.pid}`, ROOT));
  await bundled.write({
    dir: unfinished,
    entryFileNames: '[name].mjs',
    chunkFileNames: '[name]-[hash].mjs',
    keepNames: true,
    // Less to read, for every spec file again.
    minify: { compress: false, mangle: false, codegen: { removeWhitespace: true } },
  });
  await rename(unfinished, new URL(folder, ROOT));
}

/** By their names: what a CommonJS library exports is known to nobody who has not run it. */
async function reexport(library) {
  const notNamed = new Set(['__esModule', 'module.exports']);
  const names = Object.keys(await import(library)).filter((name) => !notNamed.has(name));
  return `export { ${names.join(', ')} } from '${library}';`;
}
