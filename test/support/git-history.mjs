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
  const git = spawn('git', ['-C', repository, 'fast-import', '--quiet'], {
    stdio: ['pipe', 'ignore', 'inherit'],
    env: { ...process.env, ...KEEP_MEMORY },
  });
  const whenOf = (index) => HISTORY_END - (commits - 1 - index) * HISTORY_STEP - secondsLate(index);
  const closed = once(git, 'close');
  for (let index = 0; index < commits; index += 1) {
    const commit = importedCommit(index, whenOf(index), message(index));
    if (!git.stdin.write(commit)) await once(git.stdin, 'drain');
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
