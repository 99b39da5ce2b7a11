import { expect, type Page } from '@playwright/test';

/** Review, Apply changes and the progress of a run. */
export class RunPage {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  async review(): Promise<void> {
    await this.page.goto('/apply');
    await this.page.getByRole('heading', { name: 'Review pending changes' }).waitFor();
  }

  /** Presses Apply on the review page; answers the number of the installation. */
  async apply(): Promise<number> {
    await this.page.getByRole('button', { name: /^Apply \d+ change/ }).click();
    await this.page.waitForURL('**/installations/*');
    return Number(new URL(this.page.url()).pathname.split('/').at(-1));
  }

  async expectEnd(word: 'Succeeded' | 'Failed' | 'Cancelled', timeout: number): Promise<void> {
    await expect(this.page.getByRole('heading', { level: 1 }).getByText(word, { exact: true })).toBeVisible({
      timeout,
    });
  }
}
