// Generates clients from docs/openapi.json as our users do, with two generators, compiles a small
// program on each, and runs both against the built server.
import { createClient } from '@hey-api/openapi-ts';
import { execFile } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import openapiTypescript, { astToString } from 'openapi-typescript';
import { withBuiltServer } from '../built/built.server.mjs';

const PROGRAMS = ['openapi-fetch.client.js', 'hey-api.client.js'];
const run = promisify(execFile);

await rm('.generated', { recursive: true, force: true });
await mkdir('.generated');

const description = JSON.parse(await readFile('docs/openapi.json', 'utf8'));
const types = astToString(await openapiTypescript(description));
await writeFile('.generated/openapi-typescript.ts', types);

await createClient({
  input: 'docs/openapi.json',
  output: { path: '.generated/hey-api', importFileExtension: '.js' },
  plugins: ['@hey-api/client-fetch', '@hey-api/typescript', '@hey-api/sdk'],
  logs: { file: false, level: 'warn' },
});

await run('npx', ['tsc', '--project', 'test/clients']).catch(({ stdout }) => {
  throw new Error(`The programs on the generated clients do not compile:\n${stdout}`);
});

await withBuiltServer({}, async (url) => {
  for (const program of PROGRAMS) {
    await run(process.execPath, [`.generated/built/test/clients/${program}`, url]);
    console.log(`${program}: passed`);
  }
});
