import { ApiClient } from './api.client.js';
import { closingLine } from './closing.line.js';
import { NothingToRecap, whatElseThereIs } from './default-window.js';
import { startServer } from './local.server.js';
import { describeProblem, problemOf } from './problem.error.js';
import { ProgressLine } from './progress.line.js';
import { readOptions, type RecapOptions } from './recap.options.js';
import { RecapPrinter } from './recap.printer.js';
import { toRequest } from './recap.request.js';
import { streamReply } from './reply.stream.js';
import { locateRepository } from './repository.locator.js';
import { type Output, printable, Terminal, type Variables } from './terminal.js';

const EXIT_INTERRUPTED = 130;

/** Everything the command has to do with. */
export interface Surroundings {
  /** Without the program's own name. */
  readonly argv: readonly string[];
  readonly environment: Variables;
  readonly workingDirectory: string;
  readonly stdout: Output;
  readonly stderr: Output;
  /** Aborts on Ctrl-C. */
  readonly interrupt: AbortSignal;
}

/** Writes a recap through a server of its own. Resolves to the exit code; never rejects. */
export async function runRecap(surroundings: Surroundings): Promise<number> {
  const { argv, stdout, stderr, environment, interrupt } = surroundings;
  const terminal = new Terminal(stdout, stderr, environment);
  const options = readOptions(argv, terminal);
  if (typeof options === 'number') return options;
  const progress = new ProgressLine(terminal);
  try {
    await recap(options, surroundings, terminal, progress);
  } catch (error) {
    progress.clear();
    if (error instanceof NothingToRecap && !interrupt.aborted) {
      terminal.note(
        printable(
          describeProblem({ title: error.message, detail: error.message, hint: error.hint }),
        ),
      );
      return 0;
    }
    if (!interrupt.aborted) {
      terminal.note(printable(describeProblem(problemOf(error))));
      return 1;
    }
  }
  return interrupt.aborted ? EXIT_INTERRUPTED : 0;
}

async function recap(
  options: RecapOptions,
  { environment, workingDirectory, interrupt }: Surroundings,
  terminal: Terminal,
  progress: ProgressLine,
): Promise<void> {
  const source = await locateRepository(options.repo, workingDirectory);
  progress.show('Starting');
  const server = await startServer(environment, source.gitRoot);
  try {
    const api = new ApiClient(server.url, interrupt);
    progress.show('Opening the repository');
    const grant = await api.signIn(source.request);
    const folder = source.folder ?? workingDirectory;
    const request = await toRequest(options, api, folder, environment);
    const printer = new RecapPrinter(terminal, progress);
    const reply = streamReply(server.url, grant, request, interrupt);
    const end = await printer.printAll(reply);
    const closing = await closingLine(
      end,
      () => api.countActions(request),
      () => whatElseThereIs(request, api),
    );
    terminal.note(`\n${terminal.paint('dim', printable(closing))}\n`);
  } finally {
    await server.close();
  }
}
