import { expect, type Page } from '@playwright/test';

/** List, creation and page of clusters. */
export class ClusterPages {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  async create(cluster: { name: string; externalHostname: string; plan?: string; workers?: number }): Promise<void> {
    await this.page.goto('/create-cluster');
    await this.page.getByLabel('Name', { exact: true }).fill(cluster.name);
    if (cluster.plan) await this.page.getByRole('radio', { name: new RegExp(`^${cluster.plan}`) }).check();
    await this.page.getByLabel('External host name').fill(cluster.externalHostname);
    if (cluster.workers !== undefined)
      await this.page.getByRole('textbox', { name: 'Workers' }).fill(String(cluster.workers));
    await this.page.getByRole('button', { name: 'Create cluster' }).click();
  }

  async open(name: string): Promise<void> {
    await this.page.goto(`/clusters/${encodeURIComponent(name)}`);
    await this.page.getByRole('heading', { level: 1, name }).waitFor();
    // drawn by the server, its buttons do nothing before the page has come alive
    await this.page.getByText('Live', { exact: true }).waitFor();
  }

  async expectState(word: string, timeout: number): Promise<void> {
    await expect(this.page.getByRole('heading', { level: 1 }).getByText(word, { exact: true })).toBeVisible({
      timeout,
    });
  }

  /** The VM of the topology with that name, such as worker/0. */
  vm(name: string) {
    return this.page.getByRole('article', { name: new RegExp(`^${name}:`) });
  }

  /** Downloads the kubeconfig; answers its text. */
  async kubeconfig(): Promise<string> {
    const download = this.page.waitForEvent('download');
    await this.page.getByRole('link', { name: 'Kubeconfig' }).click();
    const stream = await (await download).createReadStream();
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(Buffer.from(chunk));
    return Buffer.concat(chunks).toString();
  }

  async remove(name: string): Promise<void> {
    await this.page.getByRole('button', { name: 'Delete…' }).click();
    const dialog = this.page.getByRole('dialog');
    await dialog.getByLabel(`Type ${name} to confirm`).fill(name);
    await dialog.getByRole('button', { name: 'Delete cluster' }).click();
    await dialog.waitFor({ state: 'hidden' });
  }
}
