import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type BrowserContext, expect, type Page, test } from '@playwright/test';
import { stringify } from 'yaml';
import { z } from 'zod';
import { expectAccessible } from '../pages/accessibility.ts';
import { DrillPages } from '../pages/drill-pages.ts';
import { EntryPage } from '../pages/entry-page.ts';
import { CommandLine } from '../real/command-line.ts';
import { withDatabase } from '../real/database.ts';
import { type Stack, startStack } from '../stack.ts';
import { insertRecorded, insertRunning } from './recorded-drill.ts';

const PERSON = { user_name: 'admin', password: 'correct horse', passphrase: 'battery staple' };
const CLUSTER = 'demo';
const DOMAIN = 'drills.example';

/** Pages of drills on simulated infrastructure. No Kubernetes answers there, so nothing can be drilled: that must be said. */
test.describe('drills', () => {
  test.describe.configure({ mode: 'serial', timeout: 90_000 });
  let stack: Stack;
  let context: BrowserContext;
  let page: Page;
  let drills: DrillPages;
  let home: string;
  const known = { cluster: { uuid: '', name: CLUSTER }, worker: { id: '' }, recorded: 0 };

  test.beforeAll(async ({ browser }) => {
    test.setTimeout(8 * 60_000);
    stack = await startStack({ cpi: 'simulated' });
    home = mkdtempSync(path.join(tmpdir(), 'tessera-drills-'));
    const demo = path.join(home, 'demo.yml');
    writeFileSync(demo, stringify(demoFile()));
    const shell = new CommandLine(stack, home);
    await shell.tessera('demo', demo);
    const rows = await withDatabase(stack, async (client) => {
      const found = await client.query(
        `select c.uuid, i.id from clusters c join instances i on i.deployment = 'service-instance_' || c.uuid
          where i.group_name = 'worker' and i.index = 0`,
      );
      return z.array(z.object({ uuid: z.string(), id: z.string() })).parse(found.rows);
    });
    known.cluster.uuid = rows[0]?.uuid ?? 'no cluster';
    known.worker.id = rows[0]?.id ?? 'no worker';
    context = await browser.newContext({ baseURL: stack.url, acceptDownloads: true });
    page = await context.newPage();
    page.setDefaultTimeout(20_000);
    drills = new DrillPages(page);
    await new EntryPage(page).logIn(PERSON.user_name, PERSON.password);
  });
  test.afterAll(async () => {
    await context?.close();
    await stack?.destroy();
    if (home) rmSync(home, { recursive: true });
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
    const shell = new CommandLine(stack, home);
    const { code, stderr } = await shell.attempt('tessera', ['drill', 'run', 'kill-process', '--cluster', CLUSTER]);
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

  test.describe('on a phone', () => {
    test('fit its width, and Stop takes the bottom edge', async () => {
      await page.setViewportSize({ width: 390, height: 844 });
      for (const address of [
        '/drills',
        `/drills/new?cluster=${CLUSTER}`,
        `/drills/${known.recorded}`,
        `/drills/${known.recorded}/report`,
        `/drills/walk-through?cluster=${CLUSTER}`,
      ]) {
        await page.goto(address);
        await page.getByRole('heading', { level: 1 }).waitFor();
        const width = await page.evaluate(() => document.documentElement.scrollWidth);
        expect([address, width]).toEqual([address, 390]);
      }
      await page.setViewportSize({ width: 1280, height: 720 });
    });
  });
});

function demoFile() {
  return {
    administrator: PERSON,
    products: [
      { product: 'p-bosh' },
      {
        product: 'pivotal-container-service',
        certificates: [{ form: 'pks_api', property: '.pivotal-container-service.pks_tls', domains: [`*.${DOMAIN}`] }],
        forms: { pks_api: { '.properties.pks_api_hostname': `api.${DOMAIN}` } },
      },
    ],
    cluster: { name: CLUSTER, plan: 'small', external_hostname: `${CLUSTER}.${DOMAIN}`, workers: 2 },
  };
}
