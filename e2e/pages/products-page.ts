import { expect, type Locator, type Page } from '@playwright/test';

/** Dashboard with the tiles. */
export class ProductsPage {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  async open(): Promise<void> {
    await this.page.goto('/');
    await this.page.getByRole('heading', { name: 'Products', exact: true }).waitFor();
  }

  tile(label: string): Locator {
    return this.page.getByRole('article', { name: label, exact: true });
  }

  /** Waits until the tile says this state in words. */
  async expectState(label: string, word: string, timeout?: number): Promise<void> {
    await expect(this.tile(label).getByText(word, { exact: true })).toBeVisible(
      timeout === undefined ? {} : { timeout },
    );
  }

  async configure(label: string): Promise<void> {
    await this.tile(label)
      .getByRole('link', { name: `Configure ${label}` })
      .click();
    await this.page.getByRole('navigation', { name: 'Forms' }).waitFor();
  }

  async add(label: string): Promise<void> {
    await this.page.getByRole('button', { name: `Add ${label}` }).click();
    await this.tile(label).waitFor();
  }

  /** Imports a product file by the button; the caller says what becomes of it. */
  async importFile(file: string | { name: string; mimeType: string; buffer: Buffer }): Promise<void> {
    const chooser = this.page.waitForEvent('filechooser');
    await this.page.getByRole('button', { name: 'Import a product' }).click();
    await (await chooser).setFiles(file);
  }
}
