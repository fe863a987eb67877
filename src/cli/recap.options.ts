import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { IANAZone } from 'luxon';
import type { Terminal } from './terminal.js';

/** What the command line asks for. */
export interface RecapOptions {
  /** A path or an https URL. */
  readonly repo: string;
  readonly since?: string;
  readonly until?: string;
  /** Such as `last-week`, in place of dates. */
  readonly window?: string;
  readonly bullets: number;
  /** Absent: everyone. */
  readonly author?: readonly string[];
  readonly includeBots: boolean;
  readonly style: string;
  /** IANA. */
  readonly timeZone: string;
}

const STYLES = ['professional', 'casual', 'changelog'];
const WINDOWS = [
  'yesterday',
  'last-working-day',
  'this-week',
  'last-week',
  'this-month',
  'last-month',
  'this-quarter',
  'last-quarter',
];
const MAX_BULLETS = 15;

const EXPLANATION = `
Dates are calendar dates (2025-05-18) in the time zone, or instants (2025-05-18T09:00:00Z).
Without any, the recap is of the 7 days up to the newest commit that counts: one of the people asked
for, not of a bot, not dated in the future.

With ANTHROPIC_API_KEY in the environment, or in the .env file beside package.json, a language model
writes. Without, the recap is put together from what people wrote, and nothing leaves this machine.

  npm run recap -- --since 2025-05-12 --author ada@example.com
  npm run recap -- --window last-working-day --author me
  npm run recap -- --repo ../atlas --bullets 8 --style changelog
  npm run recap -- --repo https://github.com/octocat/hello-world
`;

/**
 * Reads the arguments. Prints help or what is wrong with them by itself, and then returns the exit
 * code to end with.
 */
export function readOptions(argv: readonly string[], terminal: Terminal): RecapOptions | number {
  const command = new Command('recap')
    .description('Writes a short, cited recap of what happened in a git repository.')
    .usage('[options]')
    .option('--repo <path or URL>', 'what to read: a folder, or an https address', '.')
    .option('--since <date>', 'the first day, or the instant to begin at')
    .option('--until <date>', 'the last day, or the instant to end before')
    .addOption(
      new Option('--window <name>', 'in place of dates')
        .choices(WINDOWS)
        .conflicts(['since', 'until']),
    )
    .option('--author <name>', 'a login or e-mail address, "me", or "*"; repeatable', gather)
    .option('--include-bots', 'tell what bots did, too', false)
    .option('--bullets <number>', `how many at most, 1 to ${MAX_BULLETS}`, readBullets, 5)
    .addOption(new Option('--style <style>', 'how it sounds').choices(STYLES).default(STYLES[0]))
    .option('--time-zone <zone>', 'such as Europe/Zurich', readTimeZone, systemTimeZone())
    .helpOption('-h, --help', 'show this')
    .addHelpText('after', EXPLANATION)
    .allowExcessArguments(false)
    .showHelpAfterError('(--help shows what there is)')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.write(text),
      writeErr: (text) => terminal.note(text),
      getOutHelpWidth: () => terminal.width,
      getErrHelpWidth: () => terminal.width,
      getOutHasColors: () => terminal.hasColour,
      getErrHasColors: () => terminal.hasColour,
    });
  try {
    return command.parse(argv, { from: 'user' }).opts<RecapOptions>();
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode;
    throw error;
  }
}

const gather = (author: string, before: readonly string[] = []): string[] => [...before, author];

function readBullets(text: string): number {
  const bullets = Number(text);
  if (Number.isInteger(bullets) && bullets >= 1 && bullets <= MAX_BULLETS) return bullets;
  throw new InvalidArgumentError(`It must be a whole number from 1 to ${MAX_BULLETS}.`);
}

function readTimeZone(zone: string): string {
  if (IANAZone.isValidZone(zone)) return zone;
  throw new InvalidArgumentError('It must be an IANA time zone, such as Europe/Zurich.');
}

/** Systems without one say `Etc/Unknown`. */
function systemTimeZone(): string {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return IANAZone.isValidZone(zone) ? zone : 'UTC';
}
