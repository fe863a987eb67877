import { JwtService } from '@nestjs/jwt';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { type DestinationStream, pino } from 'pino';
import type { Variables } from '../../../src/config/read-environment.js';
import { SHORTEST_SECRET } from './log.search.mjs';

/** Where the logs of this run are and what must not be in them; none outside of Jest. */
const FOLDER = process.env.E2E_LOGS;

/** Names of fields and headers whose texts no log may hold. */
const SECRET =
  /token|ticket|secret|code|verifier|state$|cookie|authorization|password|api_?key|jwt/i;
/** Names of fields of what people wrote in git, and what the model and they said of it. */
const PRIVATE = new Set(['title', 'body', 'email', 'name', 'text']);
/** Ids and fixed words have neither. */
const TELLING = /[ @]/;

const known = new Set<string>();
let destination: DestinationStream | undefined;

/** A file of this run that the servers of this process add their logs to. */
export function logFile(): string | undefined {
  return FOLDER && join(FOLDER, `${process.pid}.log`);
}

/** The same, for servers that run in this very process. */
export function logDestination(): DestinationStream | undefined {
  const dest = logFile();
  if (dest !== undefined) destination ??= pino.destination({ dest, sync: true });
  return destination;
}

/** Notes texts that no log may hold. */
export function plant(...texts: (string | undefined)[]): void {
  const fresh = texts
    .filter((text) => text !== undefined)
    .filter((text) => text.length >= SHORTEST_SECRET && !known.has(text));
  if (FOLDER === undefined || fresh.length === 0) return;
  for (const text of fresh) known.add(text);
  const lines = fresh.map((text) => `${JSON.stringify(text)}\n`);
  appendFileSync(join(FOLDER, `${process.pid}.planted`), lines.join(''));
}

/** A token's parts are secrets as well, above all the key in its claims: it opens what is sealed. */
export function plantToken(token = ''): void {
  const claims = new JwtService().decode<{ key?: string } | null>(token);
  plant(token, ...token.split('.').slice(1), claims?.key);
}

/** Notes the keys, secrets and passwords of a server's settings. */
export function plantSettings(variables: Variables): void {
  for (const [name, value = ''] of Object.entries(variables)) {
    if (/SECRET|API_KEY|_TOKEN$/.test(name)) plant(...value.split(','));
    if (URL.canParse(value)) plant(decodeURIComponent(new URL(value).password));
  }
}

/** Notes what is secret by its name in what is sent to a server; of `Bearer x` and `cookie=x` the end. */
export function plantFields(value: unknown): void {
  for (const [name, text] of texts(value)) {
    if (SECRET.test(name)) plant(text, text.split(/[ =]/).at(-1));
  }
}

/** Notes what was read from a user's account, or written about it; a problem's title is the server's own. */
export function plantPrivate(value: unknown): void {
  for (const [name, text] of texts(value, 'problem')) {
    if (PRIVATE.has(name) && TELLING.test(text)) plant(text);
  }
}

function* texts(value: unknown, without?: string): Generator<[name: string, text: string]> {
  if (typeof value !== 'object' || value === null) return;
  for (const [name, item] of Object.entries(value)) {
    if (name === without) continue;
    if (typeof item === 'string') yield [name, item];
    else yield* texts(item, without);
  }
}
