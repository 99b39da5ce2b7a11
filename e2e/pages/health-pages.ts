import { expect, type Locator, type Page } from '@playwright/test';

/** The room Health: overview with the switches of repair, and the layers. */
export class HealthPages {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  async open(): Promise<void> {
    await this.page.goto('/health');
    await this.page.getByRole('heading', { level: 1, name: /^Health/ }).waitFor();
    await expect(this.page.getByText('Live', { exact: true })).toBeVisible();
  }

  async openLayers(): Promise<void> {
    await this.page.goto('/health/layers');
    await this.page.getByRole('heading', { name: 'Last recoveries' }).waitFor();
    await expect(this.page.getByText('Live', { exact: true })).toBeVisible();
  }

  get repair(): Locator {
    return this.page.getByRole('region', { name: 'Repair' });
  }

  /** Switches repair off: for one cluster, or for all with null. */
  async switchOff(cluster: string | null): Promise<void> {
    await this.repair.getByRole('button', { name: 'Switch off…' }).click();
    const dialog = this.page.getByRole('dialog');
    await dialog.getByLabel('For').selectOption(cluster === null ? 'All deployments' : `Cluster ${cluster}`);
    await dialog.getByRole('button', { name: 'Switch off' }).click();
    await dialog.waitFor({ state: 'hidden' });
  }

  /** The recovery of that title in the table of the layers' page. */
  recovery(title: RegExp): Locator {
    return this.page.getByRole('row').filter({ has: this.page.getByRole('rowheader', { name: title }) });
  }
}
