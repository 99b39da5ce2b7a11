import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import { expectAccessible } from '../pages/accessibility.ts';
import { ClusterPages } from '../pages/cluster-pages.ts';
import { HealthPages } from '../pages/health-pages.ts';
import type { CommandLine } from '../real/command-line.ts';
import { SimulatedConsole } from './simulated-console.ts';

/** A repair on simulated infrastructure takes a second or two, on a busy machine more. */
const REPAIR_MS = 60_000;

/** Health pages, layers and the page of a cluster while VMs die, on simulated infrastructure. */
test.describe('the health of the fleet', () => {
  test.describe.configure({ mode: 'serial', timeout: 120_000 });
  let console: SimulatedConsole;
  let shell: CommandLine;
  let page: Page;
  let health: HealthPages;
  let clusters: ClusterPages;

  test.beforeAll(async ({ browser }) => {
    test.setTimeout(6 * 60_000);
    console = await SimulatedConsole.open(browser);
    ({ shell, page } = console);
    health = new HealthPages(page);
    clusters = new ClusterPages(page);
  });
  test.afterAll(async () => {
    await console?.close();
  });

  test('is said in words, with a shape for each cluster', async () => {
    await health.open();
    await expect(page.getByText(/^1 cluster, all healthy\.$/)).toBeVisible();
    await expect(page.getByRole('link', { name: 'blue: Running' })).toBeVisible();
    await expect(page.getByText('Nothing has to come back.')).toBeVisible();
    await expectAccessible(page);
  });

  test('takes thresholds of the meltdown guard, and refuses a number that cannot be one at its field', async () => {
    await health.repair.getByRole('button', { name: 'Thresholds…' }).click();
    const dialog = page.getByRole('dialog');
    const percent = dialog.getByLabel('Per cent of all').first();
    await percent.fill('120');
    await dialog.getByRole('button', { name: 'Save thresholds' }).click();
    await expect(percent).toHaveAttribute('aria-invalid', 'true');
    await expectAccessible(page);
    await percent.fill('30');
    await dialog.getByRole('button', { name: 'Save thresholds' }).click();
    await dialog.waitFor({ state: 'hidden' });
    await expect(health.repair).toContainText('5 VMs and 30 % within 10 min');
  });

  test('shows a VM that died among the recoveries of its layer, without a reload', async () => {
    await health.openLayers();
    await expect(page.getByText('Nothing had to recover yet.')).toBeVisible();
    await shell.tessera('power-off', 'worker/1', '-d', 'blue');
    const row = health.recovery(/^worker\/1/);
    await expect(row).toContainText('VM', { timeout: REPAIR_MS });
    await expect(row.getByText(/^(within|over) 10 s$/)).toBeVisible({ timeout: REPAIR_MS });
    await expect(row.getByRole('link', { name: 'blue' })).toBeVisible();
    await expectAccessible(page);
  });

  test('stands on the time axis of its cluster, by pointer, by keys and as a table', async () => {
    await clusters.open('blue');
    const timeline = page.getByRole('region', { name: 'Timeline', exact: true });
    const event = timeline.getByRole('button', { name: /VMs, .*worker\/1/ }).first();
    await event.click();
    await expect(timeline.locator('.tl-told')).toContainText('worker/1');
    await page.keyboard.press('+');
    await expect(timeline.getByText(/\d\d:\d\d:\d\d to \d\d:\d\d:\d\d/)).toBeVisible();
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowLeft');
    await expect(timeline.locator('.tl-item:focus')).toHaveCount(1);
    await timeline.getByText(/^As a table, /).click();
    await expect(timeline.getByRole('row').filter({ hasText: 'worker/1' }).first()).toBeVisible();
    await expectAccessible(page);
  });

  test('says everywhere that repair is off, leaves the dead VM dead and tells why; heals it when it is on again', async () => {
    await health.open();
    await health.switchOff('blue');
    await expect(page.getByText('Resurrection off for blue.')).toBeVisible();
    await page.goto('/clusters');
    await expect(page.getByRole('row', { name: /blue/ }).getByText('Resurrection off')).toBeVisible();
    await clusters.open('blue');
    await expect(page.getByRole('heading', { level: 1 }).getByText('Resurrection off')).toBeVisible();
    await shell.tessera('power-off', 'worker/0', '-d', 'blue');
    await expect(page.getByRole('heading', { name: 'Why is worker/0 not green?' })).toBeVisible({ timeout: REPAIR_MS });
    await expect(page.getByText('Nothing: resurrection is off here.')).toBeVisible();
    await expect(page.getByText(/worker\/0 is dead and repair is off/)).toBeVisible();
    await expectAccessible(page);
    await page.getByRole('link', { name: 'Turn repair on' }).click();
    await health.repair.getByRole('button', { name: 'Switch on for blue' }).click();
    await expect(page.getByText('Resurrection off for blue.')).toBeHidden();
    await clusters.open('blue');
    await expect(page.getByText('Healthy.')).toBeVisible({ timeout: REPAIR_MS });
  });

  test('is read by Prometheus with the token of the state folder, and by nobody without', async () => {
    expect((await fetch(`${console.stack.url}/metrics`)).status).toBe(401);
    const token = readFileSync(path.join(console.stack.state, 'metrics.token'), 'utf8').trim();
    const answer = await fetch(`${console.stack.url}/metrics`, { headers: { authorization: `Bearer ${token}` } });
    expect(answer.headers.get('content-type')).toContain('text/plain');
    const text = await answer.text();
    expect(text).toContain('tessera_director_up 1\n');
    expect(text).toMatch(/^tessera_recovery_seconds_count\{layer="vm"\} [1-9]/m);
    expect((await page.request.get('/metrics')).status()).toBe(200);
  });
});
