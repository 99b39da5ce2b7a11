import { expect, type Page, test } from '@playwright/test';
import { z } from 'zod';
import { expectAccessible } from '../pages/accessibility.ts';
import { DrillPages } from '../pages/drill-pages.ts';
import { expectFitsPhone } from '../pages/phone.ts';
import { withDatabase } from '../real/database.ts';
import type { Stack } from '../stack.ts';
import { insertRecorded, insertRunning } from './recorded-drill.ts';
import { SimulatedConsole } from './simulated-console.ts';

const CLUSTER = 'blue';

/** Pages of drills on simulated infrastructure. No Kubernetes answers there, so nothing can be drilled: that must be said. */
test.describe('drills', () => {
  test.describe.configure({ mode: 'serial', timeout: 90_000 });
  let console: SimulatedConsole;
  let stack: Stack;
  let page: Page;
  let drills: DrillPages;
  const known = { cluster: { uuid: '', name: CLUSTER }, worker: { id: '' }, recorded: 0 };

  test.beforeAll(async ({ browser }) => {
    test.setTimeout(8 * 60_000);
    console = await SimulatedConsole.open(browser);
    ({ stack, page } = console);
    drills = new DrillPages(page);
    const rows = await withDatabase(stack, async (client) => {
      const found = await client.query(
        `select c.uuid, i.id from clusters c join instances i on i.deployment = 'service-instance_' || c.uuid
          where i.group_name = 'worker' and i.index = 0`,
      );
      return z.array(z.object({ uuid: z.string(), id: z.string() })).parse(found.rows);
    });
    known.cluster.uuid = rows[0]?.uuid ?? 'no cluster';
    known.worker.id = rows[0]?.id ?? 'no worker';
  });
  test.afterAll(async () => {
    await console?.close();
  });

  test('have a room, empty at first, that shows what was never proven', async () => {
    await page.getByRole('link', { name: 'Drills', exact: true }).first().click();
    await expect(page.getByText('No drill has run here yet.')).toBeVisible();
    const coverage = page.getByRole('region', { name: 'Coverage by cluster and layer' });
    await expect(coverage.getByRole('link', { name: /^Never drilled/ })).toHaveCount(4);
    await expectAccessible(page);
  });

  test('are chosen by large buttons; a click on what was never proven leads to its kind', async () => {
    await page.getByRole('link', { name: 'Never drilled: VM layer; run one' }).click();
    await expect(page.getByRole('radio', { name: /VM without the pod/ })).toBeChecked();
    await expect(page.getByText(`tessera drill run vm-off --cluster ${CLUSTER}`)).toBeVisible();
    await page.getByRole('radio', { name: /Halt a master/ }).check();
    await expect(page).toHaveURL(/kind=halt-master/);
    await expectAccessible(page);
  });

  test('name the victim, the quorum and why they are refused', async () => {
    await drills.choose(CLUSTER, 'halt-master');
    await expect(page.getByLabel('Victim')).toContainText('master/0');
    await expect(page.getByText('stops it: etcd: ')).toBeVisible();
    await expect(drills.runButton).toHaveAttribute('aria-disabled', 'true');
    await drills.runButton.click({ force: true });
    await expect(page).toHaveURL(/\/drills\/new/);
  });

  test('are refused without news of the pods, also by the server', async () => {
    await drills.choose(CLUSTER, 'kill-process');
    await expect(page.getByText('stops it: Nothing was heard of the pods')).toBeVisible();
    const { code, stderr } = await console.shell.attempt('tessera', [
      'drill',
      'run',
      'kill-process',
      '--cluster',
      CLUSTER,
    ]);
    expect([code, stderr]).toEqual([1, expect.stringContaining('pods of this cluster')]);
  });

  test('appear in the list with verdict and times once they ran', async () => {
    known.recorded = await insertRecorded(stack, known);
    await drills.openList();
    const row = page.getByRole('row', { name: /VM power-off/ });
    await expect(row).toContainText('Pass');
    await expect(row).toContainText('0.41 s');
    await expect(page.getByRole('region', { name: 'Coverage by cluster and layer' })).toContainText('Pass');
    await expectAccessible(page);
  });

  test('can be looked at as they ran: strips, lanes, events in words', async () => {
    await drills.openRun(known.recorded);
    await expect(page.getByText('shop, from outside')).toBeVisible();
    await expect(page.getByText('8 failed')).toBeVisible();
    await page.getByText('5 events in words').click();
    await expect(page.getByText('Fenced', { exact: false }).first()).toBeVisible();
    await expectAccessible(page);
  });

  test('have a report that prints on one page, in both themes, and plays again', async () => {
    await drills.openReport(known.recorded);
    await expectAccessible(page);
    await expect(page.getByText('PASS', { exact: true })).toBeVisible();
    for (const theme of ['light', 'dark']) {
      await page.evaluate((name) => {
        document.documentElement.dataset.theme = name;
      }, theme);
      const pdf = await page.pdf({ preferCSSPageSize: true, printBackground: true });
      expect(pdf.toString('latin1').match(/\/Type \/Page\b/g)).toHaveLength(1);
    }
    await page.getByRole('button', { name: 'Replay' }).click();
    await expect(page.getByText('no gap').first()).toBeVisible();
    await page.getByRole('button', { name: 'Stop replay' }).click();
    await expect(
      page
        .getByRole('article', { name: /^Report D-/ })
        .getByText('0.80 s')
        .first(),
    ).toBeVisible();
  });

  test('give their report as JSON with all evidence', async () => {
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'JSON' }).click();
    const file = await (await download).path();
    expect((await download).suggestedFilename()).toBe(`tessera-drill-${known.recorded}.json`);
    expect(file).not.toBe('');
  });

  test('turn the shell violet while one runs; Stop takes a hold, not a press, and is done when the director goes on', async () => {
    const director = stack.pid('director');
    if (director === undefined) throw new Error('no director runs');
    process.kill(director, 'SIGSTOP');
    const id = await insertRunning(stack, known);
    try {
      await drills.openRun(id);
      await expect(page.getByRole('link', { name: `Drill on ${CLUSTER}` })).toBeVisible();
      await expect(page.getByText('even if this console dies')).toBeVisible();
      await expectAccessible(page);
      await drills.stopButton.click();
      await expect(drills.stopButton).toHaveText('Stop & undo');
      await drills.holdStop();
      await expect(drills.stopButton).toContainText('Stopping');
    } finally {
      process.kill(director, 'SIGCONT');
    }
    await expect(drills.stopButton).toBeHidden({ timeout: 30_000 });
    await expect(page.getByRole('link', { name: `Drill on ${CLUSTER}` })).toBeHidden();
  });

  test('say when there is none of that number, and offer to read again', async () => {
    await page.goto('/drills/4711');
    await expect(page.getByText('Drill 4711 could not be read.')).toBeVisible();
    await expect(page.getByRole('button', { name: 'Try again' })).toBeVisible();
    await expectAccessible(page);
  });

  test('have a guided tour that begins with an application and locks what comes later', async () => {
    await page.goto(`/drills/walk-through?cluster=${CLUSTER}`);
    await expect(drills.step(1).getByRole('button', { name: 'Deploy Orders' })).toBeVisible();
    await expect(drills.step(3)).toContainText('after the steps before');
    await expectAccessible(page);
  });

  test('fit the width of a phone, with every other page', async () => {
    await expectFitsPhone(page, [
      '/drills',
      `/drills/new?cluster=${CLUSTER}`,
      `/drills/${known.recorded}`,
      `/drills/${known.recorded}/report`,
      `/drills/walk-through?cluster=${CLUSTER}`,
      '/',
      '/products/p-bosh',
      '/products/pivotal-container-service',
      '/products/pivotal-container-service/status',
      '/products/pivotal-container-service/credentials',
      '/apply',
      '/installations/1',
      '/activity',
      '/clusters',
      '/create-cluster',
      `/clusters/${CLUSTER}`,
      `/clusters/${CLUSTER}/workloads`,
      `/clusters/${CLUSTER}/samples`,
      `/clusters/${CLUSTER}/timeline`,
      '/health',
      '/health/layers',
      '/alerts',
      '/channels',
      '/infrastructure',
      `/infrastructure/${known.worker.id}`,
      '/users',
      '/settings',
    ]);
  });
});
