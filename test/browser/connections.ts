import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { eventually } from '../support/eventually.js';
import { GoingSilent } from './going.silent.js';
import type { Opened, Opening } from './opening.js';
import { BULLETS } from './stage.js';
import { WithoutUpgrade } from './without.upgrade.js';

/** More than two of the heartbeats that a server sends while a reply is followed. */
const SILENCE_MS = 36_000;
/** More than the page waits for the end of what was cancelled. */
const CANCELLED_MS = 9_000;

export function testConnections(open: Opening): void {
  describe('a connection that falls silent', () => {
    it('is replaced, and the recap goes on where it was', async () => {
      const opened = await open(GoingSilent.start);
      const { recap, stage, page, complaints } = opened;
      await recap.signIn(stage.accounts.gitlab);
      await writeAndSilence(opened);
      const token = await recap.token();
      await eventually(async () => {
        assert.equal((await stage.newestReply(token)).status, 'done');
      }, 20_000);
      assert.equal(await recap.cancel.isVisible(), true);

      await page.clock.fastForward(SILENCE_MS);
      await expectWhole(opened);
      assert.deepEqual(complaints, []);
      await opened.close();
    });

    it('is replaced at once when the network or the tab comes back', async () => {
      const opened = await open(GoingSilent.start);
      await opened.recap.signIn(opened.stage.accounts.gitlab);
      for (const [event, target] of [
        ['online', 'window'],
        ['visibilitychange', 'document'],
      ] as const) {
        await writeAndSilence(opened);
        // Time goes by while its timers stand still, as in a machine that sleeps.
        const now = await opened.page.evaluate<number>('Date.now()');
        await opened.page.clock.setSystemTime(now + SILENCE_MS);
        await opened.page.evaluate(`${target}.dispatchEvent(new Event('${event}'))`);
        await expectWhole(opened);
      }
      await opened.close();
    });

    it('does not keep a recap from being cancelled', async () => {
      const opened = await open(GoingSilent.start);
      const { recap, stage, page } = opened;
      await recap.signIn(stage.accounts.gitlab);
      await writeAndSilence(opened, 2);
      const token = await recap.token();
      await recap.cancel.click();
      await eventually(async () => {
        assert.equal((await stage.newestReply(token)).stopReason, 'cancelled');
      });
      await page.clock.fastForward(CANCELLED_MS);
      await eventually(async () => {
        assert.match(await recap.status.innerText(), /^Cancelled/);
      });
      await recap.waitForEnd();
      await opened.close();
    });
  });

  describe('where no socket gets through', () => {
    it('an event stream takes its place, and the page says so', async () => {
      const opened = await open(WithoutUpgrade.start);
      const { recap, stage, page, complaints } = opened;
      stage.writeAt(20);
      await recap.signIn(stage.accounts.gitlab);
      await recap.write();
      await expectWhole(opened);
      assert.match(await page.locator('#recap-notice').innerText(), /Upgrade header/);
      const others = complaints.filter((text) => !text.includes('WebSocket connection to'));
      assert.deepEqual(others, []);

      stage.writeAt(2);
      await recap.write();
      await recap.cancel.click();
      await eventually(async () => {
        assert.match(await recap.status.innerText(), /^Cancelled/);
      });
      await recap.waitForEnd();
      await opened.close();
    });
  });

  describe('a socket', () => {
    it('is opened by a ticket: no token is in an address or a protocol', async () => {
      const opened = await open();
      const { recap, stage, page, context } = opened;
      const devtools = await context.newCDPSession(page);
      await devtools.send('Network.enable');
      const shown: string[] = [];
      devtools.on('Network.webSocketWillSendHandshakeRequest', ({ request }) => {
        shown.push(JSON.stringify(request.headers));
      });
      page.on('websocket', (socket) => shown.push(socket.url()));
      page.on('request', (request) => shown.push(request.url()));
      stage.writeAt();
      await recap.signIn(stage.accounts.gitlab);
      await recap.write();
      await expectWhole(opened);

      assert.match(shown.join('\n'), /git-recap\.v1, ?ticket\.[\w-]+/);
      const token = await recap.token();
      for (const text of shown) assert.ok(!text.includes(token), text);
      await opened.close();
    });
  });
}

/** A recap that is being written when its connection falls silent. */
async function writeAndSilence(opened: Opened<GoingSilent>, tokensPerSecond = 8): Promise<void> {
  const { recap, stage, way } = opened;
  stage.writeAt(tokensPerSecond);
  await recap.write();
  await recap.bullets.first().waitFor();
  way.fallSilent();
  assert.ok((await recap.bullets.count()) < BULLETS.length);
}

/** All of the recap, each word once. */
async function expectWhole({ recap, stage }: Opened): Promise<void> {
  await recap.waitForEnd();
  const { citations } = await stage.newestReply(await recap.token());
  assert.equal(await recap.status.innerText(), `Done: ${BULLETS.length} bullets`);
  assert.deepEqual(await recap.bulletTexts(), BULLETS);
  assert.deepEqual(
    await recap.sources(),
    citations.map(({ action }) => action.url),
  );
}
