import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type BrowserContext, expect, type Page, test } from '@playwright/test';
import { expectAccessible } from '../pages/accessibility.ts';
import { EntryPage } from '../pages/entry-page.ts';
import { ProductsPage } from '../pages/products-page.ts';
import { type Stack, startStack } from '../stack.ts';

const ROOT = path.join(import.meta.dirname, '..', '..');

const METADATA = (version: string) => `name: sample-tile
label: Sample Tile
description: Says hello.
product_version: '${version}'
metadata_version: '3.0'
form_types:
  - name: greeting
    label: Greeting
    property_inputs:
      - { reference: .properties.words, label: Words }
property_blueprints:
  - { name: words, type: string }
job_types:
  - name: hello
    label: Hello
    templates: [{ name: hello }]
`;

const JOB = `name: hello
description: Says hello.
templates: { run.liquid: bin/run, pre-start.liquid: bin/pre-start }
processes:
  - { name: hello, command: [/var/vcap/jobs/hello/bin/run] }
scripts: { pre-start: bin/pre-start }
`;

/** Importing product files of makers nobody here knows, on simulated infrastructure. */
test.describe('importing a product', () => {
  test.describe.configure({ mode: 'serial', timeout: 90_000 });
  let stack: Stack;
  let context: BrowserContext;
  let page: Page;
  let folder: string;

  test.beforeAll(async ({ browser }) => {
    test.setTimeout(6 * 60_000);
    folder = mkdtempSync(path.join(tmpdir(), 'tessera-tile-'));
    stack = await startStack({ cpi: 'simulated' });
    context = await browser.newContext({ baseURL: stack.url });
    page = await context.newPage();
    page.setDefaultTimeout(20_000);
    await new EntryPage(page).setUp({ userName: 'admin', password: 'correct horse', passphrase: 'battery staple' });
  });
  test.afterAll(async () => {
    await context?.close();
    await stack?.destroy();
    rmSync(folder, { recursive: true, force: true });
  });

  test('shows what an unsigned file would run and asks once', async () => {
    await new ProductsPage(page).importFile(buildTile(folder, '1.0.0'));
    await expect(page).toHaveURL(/\/import\/[0-9a-f]{16}$/);
    await expect(page.getByText('Unsigned: no key known here signed this file.')).toBeVisible();
    await expect(page.getByText(/pre-start/).first()).toBeVisible();
    await expectAccessible(page);
    await expect(page.getByRole('button', { name: /^Import/ })).toHaveAttribute('title', /tick that you know/);
    await page.getByRole('checkbox', { name: 'I know where this file comes from' }).check();
    await page.getByRole('button', { name: 'Import', exact: true }).click();
    await expect(page.getByRole('article', { name: 'Sample Tile 1.0.0' })).toContainText('unsigned');
  });

  test('adds the product to the dashboard, where its form asks for what is missing', async () => {
    const products = new ProductsPage(page);
    await products.add('Sample Tile');
    await products.expectState('Sample Tile', 'Not configured');
    await products.configure('Sample Tile');
    await expect(page.getByRole('heading', { level: 2, name: 'Greeting' })).toBeVisible();
  });

  test('takes a newer version that is dropped anywhere', async () => {
    await page.goto('/clusters');
    await page.getByRole('heading', { name: 'Clusters' }).waitFor();
    const bytes = readFileSync(buildTile(folder, '1.1.0')).toString('base64');
    const data = await page.evaluateHandle((base64) => {
      const transfer = new DataTransfer();
      const content = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
      transfer.items.add(new File([content], 'sample-tile-1.1.0.tessera'));
      return transfer;
    }, bytes);
    const shell = page.locator('.shell');
    await shell.dispatchEvent('dragover', { dataTransfer: data });
    await shell.dispatchEvent('drop', { dataTransfer: data });
    await expect(page).toHaveURL(/\/import\/[0-9a-f]{16}$/);
    await page.getByRole('button', { name: 'Discard' }).click();
    await expect(page.getByRole('heading', { name: 'Products', exact: true })).toBeVisible();
    await expect(page.getByRole('article', { name: 'Sample Tile 1.1.0' })).toHaveCount(0);
  });

  test('deletes a product that was never applied, with its values', async () => {
    await page.goto('/products/sample-tile/status');
    await page.getByRole('button', { name: 'Delete…' }).click();
    await page.getByRole('button', { name: 'Delete it and its values' }).click();
    await expect(new ProductsPage(page).tile('Sample Tile')).toHaveCount(0);
  });
});

/** Packs a small tile, unsigned; answers the product file. */
function buildTile(folder: string, version: string): string {
  const tile = path.join(folder, version, 'sample-tile');
  mkdirSync(path.join(tile, 'jobs', 'hello', 'templates'), { recursive: true });
  writeFileSync(path.join(tile, 'metadata.yml'), METADATA(version));
  writeFileSync(path.join(tile, 'jobs', 'hello', 'job.yml'), JOB);
  writeFileSync(path.join(tile, 'jobs', 'hello', 'templates', 'run.liquid'), '#!/bin/sh\nexec sleep 1000\n');
  writeFileSync(path.join(tile, 'jobs', 'hello', 'templates', 'pre-start.liquid'), '#!/bin/sh\necho hello\n');
  const output = path.join(folder, `sample-tile-${version}.tessera`);
  const cli = [path.join(ROOT, 'cli', 'tessera.ts'), 'tile', 'build', tile, '--output', output];
  execFileSync(process.execPath, cli, { cwd: ROOT, stdio: 'pipe' });
  return output;
}
