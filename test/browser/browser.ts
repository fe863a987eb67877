import { existsSync } from 'node:fs';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

/** Where Debian and its like install it. */
const KNOWN_PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
/** So that it does what the tests ask of it and nothing else. */
const FLAGS = [
  // Chromium refuses its sandbox to root, whom containers run as.
  '--no-sandbox',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  '--disable-gpu',
  '--disable-quic',
];

/** The Chromium of this machine, or the one that CHROMIUM names; undefined where there is none. */
export function findChromium(): string | undefined {
  const { CHROMIUM } = process.env;
  return CHROMIUM ?? KNOWN_PLACES.find((path) => existsSync(path));
}

export function launch(executablePath: string): Promise<Browser> {
  return chromium.launch({ executablePath, args: FLAGS });
}

/** How long anything may take to be there on the page, on a machine that is busy. */
const PATIENCE_MS = 15_000;

/** A page of its own, as in a private window, and what the browser complained of in it. */
export interface Watched {
  readonly context: BrowserContext;
  readonly page: Page;
  /** Errors in the console, exceptions nobody caught, and what the content security policy refused. */
  readonly complaints: string[];
}

/** What the browser says of every answer that is an error: where a test makes such, it is expected. */
export const FAILED_ANSWER = /^console: Failed to load resource/;

export async function openWatched(browser: Browser): Promise<Watched> {
  const context = await browser.newContext({ reducedMotion: 'reduce', locale: 'en-GB' });
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => complaints.push(`uncaught: ${String(error)}`));
  await page.exposeFunction('complainOfPolicy', (text: string) => complaints.push(text));
  await page.addInitScript(`
    document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
      complainOfPolicy('policy: ' + violatedDirective + ' refused ' + blockedURI));
  `);
  return { context, page, complaints };
}
