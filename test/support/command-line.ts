import { runRecap } from '../../src/cli/run-recap.js';

/** What the command printed and how it ended. */
export interface Run {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** One of the two streams, remembered. */
class Recorder {
  text = '';

  constructor(
    readonly isTTY: boolean,
    private readonly onWrite: (text: string) => void = () => undefined,
  ) {}

  write(text: string): void {
    this.text += text;
    this.onWrite(text);
  }
}

export interface RunOptions {
  readonly in: string;
  readonly isTTY?: boolean;
  readonly environment?: Readonly<Record<string, string>>;
  /** Ctrl-C as soon as this is on standard error; an empty text: before anything. */
  readonly interruptAt?: string;
}

/** `npm run recap` in this process, in UTC. */
export async function run(argv: readonly string[], options: RunOptions): Promise<Run> {
  const { isTTY = false, environment = {}, interruptAt } = options;
  const interrupt = new AbortController();
  if (interruptAt === '') interrupt.abort();
  const stdout = new Recorder(isTTY);
  const stderr = new Recorder(isTTY, (text) => {
    if (interruptAt && text.includes(interruptAt)) interrupt.abort();
  });
  const exitCode = await runRecap({
    argv: ['--time-zone', 'UTC', ...argv],
    environment: { PATH: process.env.PATH, TERM: 'xterm', ...environment },
    workingDirectory: options.in,
    stdout,
    stderr,
    interrupt: interrupt.signal,
  });
  return { exitCode, stdout: stdout.text, stderr: stderr.text };
}
