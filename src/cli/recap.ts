import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { runRecap } from './run-recap.js';

/** The same that the server reads when it is started with `npm start`; never one of the repository read. */
const ENV_FILE = join(import.meta.dirname, '../../.env');

const interrupt = new AbortController();
// The second Ctrl-C ends the process as if nobody listened.
process.once('SIGINT', () => {
  interrupt.abort();
});
// A reader like head(1) may have enough before the end.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

process.exitCode = await runRecap({
  argv: process.argv.slice(2),
  environment: { ...parseEnv(await readFile(ENV_FILE, 'utf8').catch(() => '')), ...process.env },
  // npm changes to the package's folder and remembers where it was called.
  workingDirectory: process.env.INIT_CWD ?? process.cwd(),
  stdout: process.stdout,
  stderr: process.stderr,
  interrupt: interrupt.signal,
});
