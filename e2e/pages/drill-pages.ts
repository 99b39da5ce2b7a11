import { expect, type Locator, type Page } from '@playwright/test';

/** Longer than the 0.6 s that Stop must be held. */
const HOLD_MS = 800;

/** List, choosing, run, report and walk-through of drills. */
export class DrillPages {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  async openList(): Promise<void> {
    await this.page.goto('/drills');
    await this.page.getByRole('heading', { level: 1, name: 'Drills' }).waitFor();
  }

  async choose(cluster: string, kind: string): Promise<void> {
    await this.page.goto(`/drills/new?cluster=${encodeURIComponent(cluster)}&kind=${kind}`);
    await this.page.getByRole('heading', { name: 'Is it safe?' }).waitFor();
  }

  /** The button that starts the drill chosen; its words name the victim. */
  get runButton(): Locator {
    return this.page.getByRole('region', { name: 'Run', exact: true }).getByRole('button');
  }

  /** Presses the button; answers the number of the drill. */
  async run(): Promise<number> {
    await this.runButton.click();
    await this.page.waitForURL(/\/drills\/\d+$/);
    return Number(new URL(this.page.url()).pathname.split('/').at(-1));
  }

  async openRun(id: number): Promise<void> {
    await this.page.goto(`/drills/${id}`);
    await this.page.getByRole('heading', { name: 'Availability' }).waitFor();
  }

  get stopButton(): Locator {
    return this.page.getByRole('button', { name: /^Stop/ });
  }

  async holdStop(): Promise<void> {
    await this.stopButton.hover();
    await this.page.mouse.down();
    await this.page.waitForTimeout(HOLD_MS);
    await this.page.mouse.up();
  }

  async openReport(id: number): Promise<void> {
    await this.page.goto(`/drills/${id}/report`);
    await this.page.getByRole('heading', { name: 'Measured against what was promised' }).waitFor();
  }

  /** A step of the walk-through by its number. */
  step(number: number): Locator {
    return this.page.getByRole('region', { name: new RegExp(`^Step ${number}:`) });
  }

  async expectTicked(number: number, timeout: number): Promise<void> {
    await expect(this.step(number).getByRole('heading', { level: 2 })).toContainText('Done', { timeout });
  }
}
