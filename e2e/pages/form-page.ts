import { expect, type Locator, type Page } from '@playwright/test';

/** One form of a product. */
export class FormPage {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  async open(product: string, form: string): Promise<void> {
    await this.page.goto(`/products/${product}/${form}`);
    await this.page.getByRole('form').waitFor();
  }

  async choose(label: string): Promise<void> {
    await this.page
      .getByRole('navigation', { name: 'Forms' })
      .getByRole('link', { name: new RegExp(`${label}`) })
      .click();
    await this.page.getByRole('heading', { level: 2, name: label, exact: true }).waitFor();
  }

  /** The field of that reference with its label, control and refusal. */
  field(reference: string): Locator {
    return this.page.locator(`[data-reference="${reference}"]`);
  }

  async fill(reference: string, value: string): Promise<void> {
    const input = this.field(reference).locator('input, textarea').first();
    await input.fill(value);
    await input.blur();
  }

  async select(reference: string, value: string): Promise<void> {
    await this.field(reference).locator('select').selectOption(value);
  }

  async check(reference: string, choice: string, on = true): Promise<void> {
    await this.field(reference).getByLabel(choice, { exact: true }).setChecked(on);
  }

  async generateCertificate(reference: string, domains: string): Promise<void> {
    await this.field(reference)
      .getByRole('button', { name: /Generate RSA certificate/ })
      .click();
    const dialog = this.page.getByRole('dialog');
    await dialog.getByLabel('Domains').fill(domains);
    await dialog.getByRole('button', { name: 'Generate', exact: true }).click();
    await dialog.waitFor({ state: 'hidden' });
    await expect(this.field(reference).getByText('Valid until')).toBeVisible();
  }

  get saveButton(): Locator {
    return this.page.getByRole('button', { name: /^Save/ });
  }

  /** Saves and waits until the server has it. */
  async save(): Promise<void> {
    await this.saveButton.click();
    await expect(this.page.getByText('No unsaved edits.')).toBeVisible();
  }
}
