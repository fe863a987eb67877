import { coAuthorsOf } from './co-authors.js';
import { GitError, GitProcess, type RepositoryFolder } from './git.process.js';
import type { Person } from './person.js';

const MAILMAP_TIMEOUT = 120_000;

/**
 * Asks git who people are by the repository's .mailmap, for those `git log` does not map itself.
 * One process answers all questions; it starts with the first and ends with {@link close}.
 */
export class Mailmap {
  private git?: GitProcess;
  private answers?: AsyncIterator<string>;

  constructor(
    private readonly folder: RepositoryFolder,
    private readonly signal: AbortSignal,
  ) {}

  /** The same people in the same order, as .mailmap has them. People without an address stay as they are. */
  async canonical(people: readonly Person[]): Promise<Person[]> {
    const known = people.filter(({ email }) => email !== '');
    if (known.length === 0) return [...people];
    const answers = this.start();
    this.git?.input.write(known.map(({ name, email }) => `${name} <${email}>\n`).join(''));
    const mapped = new Map<Person, Person>();
    for (const person of known) {
      const { value, done } = await answers.next();
      if (done) throw new GitError('failed', 'git check-mailmap ended early');
      mapped.set(person, coAuthorsOf(value)[0] ?? person);
    }
    return people.map((person) => mapped.get(person) ?? person);
  }

  async close(): Promise<void> {
    await this.git?.stop();
  }

  private start(): AsyncIterator<string> {
    if (this.answers) return this.answers;
    this.git = new GitProcess({
      arguments: ['check-mailmap', '--stdin'],
      folder: this.folder,
      signal: this.signal,
      timeout: MAILMAP_TIMEOUT,
    });
    this.answers = linesOf(this.git);
    return this.answers;
  }
}

async function* linesOf(git: AsyncIterable<Buffer>): AsyncGenerator<string, void> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of git) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
}
