import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PAT_PROVIDERS } from '../../src/auth/auth.dto.js';
import { RecapPage } from './recap.page.js';
import { BULLETS } from './stage.js';
import type { Opening } from './opening.js';

export function testProviders(open: Opening): void {
  describe('a recap', () => {
    it('can be had of every provider', async () => {
      const { recap, close } = await open();
      assert.deepEqual(await recap.providers(), ['GitHub', 'GitLab', 'Azure DevOps']);
      await close();
    });

    for (const provider of PAT_PROVIDERS) {
      it(`of ${provider} has sources that lead there, and no complaints`, async () => {
        const { recap, stage, complaints, close } = await open();
        await recap.signIn(stage.accounts[provider]);
        await recap.write();
        await recap.waitForEnd();

        const { citations } = await stage.newestReply(await recap.token());
        const urls = citations.map(({ action }) => action.url);
        assert.equal(await recap.status.innerText(), `Done: ${BULLETS.length} bullets`);
        assert.deepEqual(await recap.bulletTexts(), BULLETS);
        assert.equal(new Set(urls).size, 3);
        assert.deepEqual(await recap.sources(), urls);
        assert.equal(await recap.bullets.last().locator('.uncited').count(), 1);
        await expectToOpen(recap, urls[0]!);
        assert.deepEqual(complaints, []);
        await close();
      });
    }
  });
}

/** A click on the first source opens it in a tab of its own, which learns nothing of this page. */
async function expectToOpen({ page }: RecapPage, url: string): Promise<void> {
  const context = page.context();
  await context.route(url, (route) => route.fulfill({ body: 'the source' }));
  const opened = context.waitForEvent('page');
  await page.locator('#recap-text .citations a').first().click();
  const source = await opened;
  await source.waitForURL(url);
  assert.equal(await source.evaluate('[document.referrer, window.opener].join()'), ',');
  await source.close();
}
