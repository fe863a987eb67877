import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { searchLogs } from './log.search.mjs';

const SHOWN = 10;

/**
 * Fails a run of the end-to-end specs when the logs of its servers hold anything that was planted:
 * what planted.ts noted is looked for in what the servers wrote. The logs of such a run are kept.
 */
export default class LogReporter {
  #folder = mkdtempSync(join(tmpdir(), 'git-recap-logs-'));
  #error;

  constructor() {
    // Jest's workers are started later and inherit it.
    process.env.E2E_LOGS = this.#folder;
  }

  async onRunComplete(_contexts, { testResults }) {
    const { secrets, lines, leaks } = await searchLogs(this.#folder);
    const withServers = testResults.some(({ testFilePath }) =>
      /\.e2e-spec\.ts$/.test(testFilePath),
    );
    if (leaks.length > 0) this.#error = new Error(`the logs hold secrets: ${this.#folder}`);
    else if (withServers && (secrets === 0 || lines === 0)) {
      this.#error = new Error('no logs, or nothing to look for in them');
    } else await rm(this.#folder, { recursive: true });
    if (!withServers && !this.#error) return;
    for (const { secret, line } of leaks.slice(0, SHOWN)) {
      process.stderr.write(`In a log: ${JSON.stringify(secret)}\n  ${line}\n`);
    }
    process.stderr.write(
      `Logs: ${lines} lines, ${secrets} secrets looked for, found ${leaks.length} times.\n`,
    );
  }

  /** What makes Jest fail. */
  getLastError() {
    return this.#error;
  }
}
