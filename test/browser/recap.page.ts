import type { Locator, Page } from 'playwright-core';
import type { SessionGrantDto } from '../../src/auth/auth.dto.js';
import type { Account } from './stage.js';

/** When the seeded worlds were worked in. */
const WINDOW = { since: '2025-06-10', until: '2025-06-30' };

/** What a person does on the page, and what they see there. */
export class RecapPage {
  readonly status: Locator;
  readonly bullets: Locator;
  readonly cancel: Locator;
  readonly text: Locator;

  constructor(readonly page: Page) {
    this.status = page.locator('#recap-status');
    this.bullets = page.locator('#recap-text > ul > li');
    this.cancel = page.getByRole('button', { name: 'Cancel' });
    this.text = page.locator('#recap-text');
  }

  /** The providers that can be chosen. */
  async providers(): Promise<string[]> {
    await this.chooseToken();
    const options = this.page.getByLabel('Provider').locator('option');
    // They come with the API description.
    await options.first().waitFor({ state: 'attached' });
    return options.allTextContents();
  }

  async signIn({ provider, token, emulator, organization }: Account): Promise<void> {
    const { page } = this;
    await this.chooseToken();
    await page.getByLabel('Provider').selectOption(provider);
    await page.getByLabel('Personal access token').fill(token);
    if (organization) await page.getByLabel('Organisation or collection').fill(organization);
    const address = page.getByLabel('Its address');
    if (!(await address.isVisible())) await page.getByText('Self-hosted server').click();
    await address.fill(emulator.url);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.locator('.source-picker').waitFor({ state: 'hidden' });
  }

  /** Asks for a recap of what everybody did in the seeded worlds. */
  async write(): Promise<void> {
    const { page } = this;
    await page.getByRole('radio', { name: 'Dates' }).check();
    await page.getByLabel('From').fill(WINDOW.since);
    await page.getByLabel('To', { exact: true }).fill(WINDOW.until);
    await page.getByRole('radio', { name: 'Everyone’s' }).check();
    await page.getByRole('button', { name: 'Write recap' }).click();
  }

  private async chooseToken(): Promise<void> {
    await this.page.getByRole('radio', { name: 'Access token' }).check();
  }

  async waitForEnd(): Promise<void> {
    await this.page.locator('#recap[aria-busy=false]').waitFor();
  }

  /** The words of each bullet, without its sources. */
  bulletTexts(): Promise<string[]> {
    return this.bullets.evaluateAll((bullets) =>
      bullets.map((bullet) => {
        const words = bullet.cloneNode(true);
        for (const added of words.querySelectorAll('.citations, .uncited')) added.remove();
        return words.textContent.trim();
      }),
    );
  }

  /** Where the sources of all bullets lead. */
  sources(): Promise<string[]> {
    return this.page
      .locator('#recap-text .citations a')
      .evaluateAll((links) => links.map((link) => link.getAttribute('href') ?? ''));
  }

  /** What the button to copy gives. */
  async copied(): Promise<string> {
    const { page } = this;
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.getByRole('button', { name: 'Copy as Markdown' }).click();
    await page.locator('#copy[data-copied=Copied]').waitFor();
    return page.evaluate<string>('navigator.clipboard.readText()');
  }

  /** The access token that the page holds. */
  async token(): Promise<string> {
    const kept = await this.page.evaluate<string>("sessionStorage.getItem('git-recap.session')");
    return (JSON.parse(kept) as SessionGrantDto).accessToken;
  }
}
