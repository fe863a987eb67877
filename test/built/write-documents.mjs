// Writes down what the built server says of itself, for clients to be generated from.
import { mkdir, writeFile } from 'node:fs/promises';
import { withBuiltServer } from './built.server.mjs';

const DOCUMENTS = {
  'docs/openapi.json': '/docs/json',
  'docs/asyncapi.json': '/docs/asyncapi.json',
};

await mkdir('docs', { recursive: true });
await withBuiltServer({}, async (url) => {
  for (const [file, path] of Object.entries(DOCUMENTS)) {
    const response = await fetch(url + path);
    if (!response.ok) throw new Error(`GET ${path} answered ${response.status}.`);
    await writeFile(file, `${JSON.stringify(await response.json(), null, 2)}\n`);
  }
});
