// The page of the built server in a real browser, the system's Chromium: npm run browser
import { after, before, describe } from 'node:test';
import type { Browser } from 'playwright-core';
import { findChromium, launch } from './browser.js';
import { testConnections } from './connections.js';
import { testCopying } from './copying.js';
import { opening } from './opening.js';
import { testProviders } from './providers.js';
import { testSessions } from './sessions.js';
import { Stage } from './stage.js';

const executablePath = findChromium();

if (executablePath) {
  describe('the page', { timeout: 300_000 }, () => {
    let browser: Browser;
    let stage: Stage;
    before(async () => {
      stage = await Stage.start();
      browser = await launch(executablePath);
    });
    after(async () => {
      await browser.close();
      await stage.stop();
    });
    const open = opening(
      () => browser,
      () => stage,
    );
    testProviders(open);
    testConnections(open);
    testSessions(open);
    testCopying(open);
  });
} else {
  process.stderr.write('No Chromium: the page is not tried in a browser. CHROMIUM may name one.\n');
  // Where everything is checked, this is, too.
  process.exitCode = process.env.CI ? 1 : 0;
}
