// Generates clients from docs/openapi.json as our users do, with two generators, compiles a small
// program on each, and runs both against the built server.
import { createClient } from '@hey-api/openapi-ts';
import { execFileSync } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import openapiTypescript, { astToString } from 'openapi-typescript';
import { withBuiltServer } from '../built/built.server.mjs';

const PROGRAMS = ['openapi-fetch.client.js', 'hey-api.client.js'];
const run = (command, ...words) => execFileSync(command, words, { stdio: 'inherit' });

await rm('.generated', { recursive: true, force: true });
await mkdir('.generated');

const description = JSON.parse(await readFile('docs/openapi.json', 'utf8'));
// A field with a default may be left out of a request.
const types = astToString(await openapiTypescript(description, { defaultNonNullable: false }));
await writeFile('.generated/openapi-typescript.ts', types);

await createClient({
  input: './docs/openapi.json',
  output: { path: '.generated/hey-api', importFileExtension: '.js' },
  plugins: ['@hey-api/client-fetch', '@hey-api/typescript', '@hey-api/sdk'],
  logs: { file: false, level: 'warn' },
});

run('npx', 'tsc', '--project', 'test/clients');

await withBuiltServer({}, async (url) => {
  for (const program of PROGRAMS) {
    run(process.execPath, `.generated/built/test/clients/${program}`, url);
    console.log(`${program}: passed`);
  }
});
