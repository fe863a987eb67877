import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Request, Route } from 'playwright-core';
import { DomainError } from '../../src/errors/domain.error.js';
import { toProblem } from '../../src/errors/problem.js';
import { FAILED_ANSWER } from './browser.js';
import type { Opened, Opening } from './opening.js';
import { BULLETS } from './stage.js';

/** The page looks three times whether it is used, within the five minutes a session may be idle. */
const LOOK_MS = 100_000;

/** What may come in the way of a request, and does not end a session. */
const PASSING: Readonly<Record<string, (route: Route) => Promise<void>>> = {
  'a 429': (route) =>
    refuse(route, new DomainError('rate_limited', 'Too many.', { retryAt: inSeconds(30) })),
  'a 503': (route) => refuse(route, new DomainError('state_unavailable', 'No state.')),
  'a 502 of a proxy': (route) => route.fulfill({ status: 502, body: '<h1>Bad Gateway</h1>' }),
  'no network': (route) => route.abort(),
};

const inSeconds = (seconds: number): Date => new Date(Date.now() + seconds * 1000);

function refuse(route: Route, error: DomainError): Promise<void> {
  const problem = toProblem(error);
  const contentType = 'application/problem+json';
  return route.fulfill({ status: problem.status, contentType, body: JSON.stringify(problem) });
}

export function testSessions(open: Opening): void {
  async function withRecap(): Promise<Opened> {
    const opened = await open();
    const { recap, stage } = opened;
    stage.writeAt();
    await recap.signIn(stage.accounts.gitlab);
    await recap.write();
    await recap.waitForEnd();
    return opened;
  }

  describe('a session', () => {
    it('outlives what passes on a reload, and is taken up by itself', async () => {
      const { recap, page, complaints, close } = await withRecap();
      const token = await recap.token();
      for (const [name, answer] of Object.entries(PASSING)) {
        await page.route('**/session', answer);
        await page.reload();
        await page.locator('#session-problem .problem').waitFor();
        assert.equal(await recap.token(), token, name);

        await page.unroute('**/session');
        await page.clock.fastForward(31_000);
        await recap.bullets.nth(BULLETS.length - 1).waitFor();
        await recap.waitForEnd();
        assert.deepEqual(await recap.bulletTexts(), BULLETS, name);
        assert.equal(await page.locator('#session-problem .problem').count(), 0);
      }
      const others = complaints.filter((text) => !FAILED_ANSWER.test(text));
      assert.deepEqual(others, []);
      await close();
    });

    it('is used by reading, of which the server is told', async () => {
      const { page, stage, close } = await withRecap();
      const isTouch = (request: Request) => request.url() === `${stage.url}/session`;
      await page.clock.fastForward(LOOK_MS);
      const touches: string[] = [];
      page.on('request', (request) => {
        if (isTouch(request)) touches.push(request.method());
      });
      await page.clock.fastForward(LOOK_MS);
      const touched = page.waitForRequest(isTouch);
      await page.mouse.move(300, 300);
      await page.clock.fastForward(LOOK_MS);
      await touched;
      assert.deepEqual(touches, ['GET'], 'not when nobody did anything');
      await close();
    });

    it('that is over leaves its recap to be read and copied, until somebody signs out', async () => {
      const { recap, page, stage, close } = await withRecap();
      await stage.endSession(await recap.token());
      await page.mouse.move(300, 300);
      await page.clock.fastForward(LOOK_MS);
      await page.getByText('Your session has ended').waitFor();
      assert.equal(await page.evaluate("sessionStorage.getItem('git-recap.session')"), null);
      assert.equal(await recap.text.isVisible(), true);
      assert.match(await recap.copied(), /^- Keys rotate\. \(\[/m);

      await recap.signIn(stage.accounts.gitlab);
      assert.deepEqual(await recap.bulletTexts(), BULLETS);
      await page.getByRole('button', { name: 'Sign out' }).click();
      await page.getByText('The server has deleted what it kept').waitFor();
      assert.equal(await recap.text.isVisible(), false);
      assert.deepEqual(await recap.bulletTexts(), []);
      await close();
    });
  });
}
