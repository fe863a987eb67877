// Puts what the compiler made and the libraries that it imports together into few files, dist: the
// server then starts in half the time that finding and reading two thousand modules takes.
// What is imported when first needed stays in files of its own; all lie in dist itself, so that what
// is looked for beside a module (the page) is found from any of them.
import { cp } from 'node:fs/promises';
import { rolldown } from 'rolldown';
import { EXTERNAL } from './bundle.external.mjs';

const bundle = await rolldown({
  input: { main: './.generated/build/main.js', 'cli/recap': './.generated/build/cli/recap.js' },
  platform: 'node',
  external: EXTERNAL,
  checks: { eval: false }, // In a library of Nest's Swagger module, where it is never called.
  onLog(_level, log) {
    throw new Error(log.message);
  },
});

await bundle.write({
  dir: 'dist',
  cleanDir: true,
  chunkFileNames: '[name]-[hash].js',
  // Dependency injection, problems and logs tell classes by their names.
  keepNames: true,
  // V8 keeps a module's text for as long as it runs: no white space, and one byte a letter.
  minify: { compress: false, mangle: false, codegen: { removeWhitespace: true } },
  charset: 'ascii',
  // For node --enable-source-maps; the sources themselves are in the repository.
  sourcemap: true,
  sourcemapExcludeSources: true,
});
await cp('src/page/public', 'dist/public', { recursive: true });
