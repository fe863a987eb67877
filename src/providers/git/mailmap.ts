import { GitError, GitProcess, type RepositoryFolder } from './git.process.js';
import { linesOf } from './lines-of.js';
import { contactOf, type Person, personOf } from '../person.js';

const MAILMAP_TIMEOUT = 120_000;

/**
 * Asks git who people are by the repository's .mailmap, for those `git log` does not map itself.
 * One process answers all questions; it starts with the first and ends with {@link close}.
 */
export class Mailmap {
  private git?: GitProcess;
  private answers?: AsyncIterator<string, void>;

  constructor(
    private readonly folder: RepositoryFolder,
    private readonly signal: AbortSignal,
  ) {}

  /** The same people in the same order, as .mailmap has them. Whom git could not be asked about stays as they are. */
  async canonical(people: readonly Person[]): Promise<Person[]> {
    const known = people.filter((person) => personOf(contactOf(person)));
    if (known.length === 0) return [...people];
    const answers = await this.start();
    this.git?.input.write(known.map((person) => `${contactOf(person)}\n`).join(''));
    const mapped = new Map<Person, Person>();
    for (const person of known) {
      const answer = await answers.next();
      if (answer.done) throw new GitError('failed', 'git check-mailmap ended early');
      mapped.set(person, personOf(answer.value) ?? person);
    }
    return people.map((person) => mapped.get(person) ?? person);
  }

  async close(): Promise<void> {
    await this.git?.stop();
  }

  private async start(): Promise<AsyncIterator<string, void>> {
    if (this.answers) return this.answers;
    this.git = await GitProcess.start({
      arguments: ['check-mailmap', '--stdin'],
      folder: this.folder,
      signal: this.signal,
      timeout: MAILMAP_TIMEOUT,
    });
    this.answers = linesOf(this.git);
    return this.answers;
  }
}
