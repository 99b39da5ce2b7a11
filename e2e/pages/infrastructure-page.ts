import { expect, type Locator, type Page } from '@playwright/test';

/** The page of all VMs by AZ, and the dialogs of its deeds. */
export class InfrastructurePage {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  async open(): Promise<void> {
    await this.#page.goto('/infrastructure');
    await expect(this.#page.getByRole('heading', { name: 'Infrastructure', level: 1 })).toBeVisible();
  }

  az(name: string): Locator {
    return this.#page.getByRole('region', { name, exact: true });
  }

  /** The row of a VM by what stands in it. */
  vm(text: string): Locator {
    return this.#page.getByRole('row').filter({ hasText: text });
  }

  async search(text: string): Promise<void> {
    await this.#page.getByRole('textbox', { name: 'Search VMs' }).fill(text);
  }

  async expectPower(text: string, power: 'On' | 'Off'): Promise<void> {
    await expect(
      this.vm(text)
        .getByRole('cell')
        .filter({ hasText: new RegExp(`^${power}$`) }),
    ).toBeVisible();
  }

  /** Presses the button of a deed and confirms it. */
  async change(text: string, deed: 'Power off' | 'Power on' | 'Recreate'): Promise<void> {
    await this.vm(text).getByRole('button', { name: deed }).click();
    await this.#page.getByRole('dialog').getByRole('button', { name: deed }).click();
    await expect(this.#page.getByRole('dialog')).toBeHidden();
  }

  async switchAz(name: string, power: 'on' | 'off'): Promise<void> {
    await this.az(name)
      .getByRole('button', { name: `Switch ${name} ${power}` })
      .click();
    const dialog = this.#page.getByRole('dialog');
    if (power === 'off') await dialog.getByLabel(`Type ${name} to confirm`).fill(name);
    await dialog.getByLabel('Reason, for the audit').fill('a test of the power supply');
    await dialog.getByRole('button', { name: `Switch ${power}`, exact: true }).click();
    await expect(dialog).toBeHidden();
  }
}
