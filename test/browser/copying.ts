import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Opening } from './opening.js';
import { BULLETS } from './stage.js';

export function testCopying(open: Opening): void {
  describe('what is copied', () => {
    it('says where each bullet is from, or that it is from nowhere, and what was not read', async () => {
      const { recap, page, stage, close } = await open();
      const { github, gitlab } = stage.accounts;
      stage.writeAt();
      await recap.signIn(github);
      await page.getByRole('button', { name: 'Add' }).click();
      await recap.signIn(gitlab);
      gitlab.emulator.fail({ status: 503 });
      await recap.write();
      await recap.waitForEnd();
      gitlab.emulator.heal();

      const [one = '', two = '', three = ''] = await recap.sources();
      const copied = await recap.copied();
      const [first = '', second = '', third = '', ...rest] = copied
        .slice(copied.indexOf('- '))
        .split('\n');
      assert.ok(first.startsWith(`- ${BULLETS[0]} ([`), first);
      assert.ok(first.includes(`](${one}), [`) && first.endsWith(`](${two}))`), first);
      assert.ok(second.startsWith(`- ${BULLETS[1]} ([`) && second.endsWith(`](${three}))`), second);
      assert.equal(third, `- ${BULLETS[2]} (without a source)`);
      const notes = rest.join('\n');
      assert.match(notes, /^\nRead: 10 – 30 June 2025 · .*1 source failed\. Not complete:\n\n- /);
      assert.match(notes, /- octocat at 127\.0\.0\.1:\d+ \(failed\): .*503/);
      await close();
    });

    it('says, as the page does, that the text ended early', async () => {
      const { recap, stage, close } = await open();
      stage.writeAt();
      stage.answer = { ...stage.answer, stopReason: 'max_tokens' };
      await recap.signIn(stage.accounts.github);
      await recap.write();
      await recap.waitForEnd();
      const ending = await recap.status.innerText();
      assert.equal(ending, 'Ended early after 3 bullets: the text became too long');
      assert.ok((await recap.copied()).includes(`\n${ending}.\n`));
      await close();
    });
  });
}
