import { spawn } from 'node:child_process';
import { once } from 'node:events';

export const HISTORY_END = Date.UTC(2026, 0, 1) / 1000;
export const HISTORY_STEP = 1_800;

/**
 * glibc gives the memory of each object's compression back and asks for it anew, 16 times a commit; on
 * some virtual machines that is thirty times the rest of the work (mallopt(3)).
 */
const KEEP_MEMORY = {
  MALLOC_TOP_PAD_: String(64 * 1024 * 1024),
  MALLOC_TRIM_THRESHOLD_: String(128 * 1024 * 1024),
};

const TELLING = (index) => `Change number ${index}\n\nWhat it is about, and why it was made.\n`;

export async function importHistory(
  repository,
  commits,
  { secondsLate = () => 0, message = TELLING } = {},
) {
  const whenOf = (index) => HISTORY_END - (commits - 1 - index) * HISTORY_STEP - secondsLate(index);
  await feedFastImport(
    repository,
    (function* () {
      for (let index = 0; index < commits; index += 1) {
        yield importedCommit(index, whenOf(index), message(index));
      }
    })(),
  );
}

/** Feeds a repository with pieces of a stream: https://git-scm.com/docs/git-fast-import */
export async function feedFastImport(repository, pieces) {
  const git = spawn('git', ['-C', repository, 'fast-import', '--quiet'], {
    stdio: ['pipe', 'ignore', 'inherit'],
    env: { ...process.env, ...KEEP_MEMORY },
  });
  const closed = once(git, 'close');
  for (const piece of pieces) {
    if (!git.stdin.write(piece)) await once(git.stdin, 'drain');
  }
  git.stdin.end();
  const [exitCode] = await closed;
  if (exitCode !== 0) throw new Error(`git fast-import ended with ${exitCode}`);
}

function importedCommit(index, when, message) {
  const author = `Person ${index % 20} <person${index % 20}@example.com>`;
  const content = `The content of change ${index}.\n`;
  return [
    'commit refs/heads/main',
    `committer ${author} ${when} +0000`,
    `data ${message.length}`,
    message,
    `M 100644 inline folder${index % 50}/file${index % 997}.txt`,
    `data ${content.length}`,
    content,
    '',
  ].join('\n');
}
