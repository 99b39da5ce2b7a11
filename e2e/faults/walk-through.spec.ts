import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { type BrowserContext, expect, type Locator, type Page, test } from '@playwright/test';
import { expectAccessible } from '../pages/accessibility.ts';
import { DrillPages } from '../pages/drill-pages.ts';
import { EntryPage } from '../pages/entry-page.ts';
import { ADMINISTRATOR, Fleet } from '../real/fleet.ts';
import { type MailSink, startMailSink } from '../sinks/mail-sink.ts';

const CLUSTER = 'walk';
/** Where pictures of the pages are kept, when somebody wants to look at them. */
const PICTURES = process.env.TESSERA_PICTURES;
const DRILL_MS = 240_000;
/** Where the cache has none, the image of Elasticsearch is made first. */
const IMAGE_MS = 12 * 60_000;

/** The complete HA walk-through in a browser, on real VMs: data, four drills, the data after each, a mail of each failure. */
test.describe('the HA walk-through', () => {
  test.describe.configure({ mode: 'serial', timeout: 5 * 60_000 });
  let fleet: Fleet;
  let context: BrowserContext;
  let page: Page;
  let drills: DrillPages;
  let mail: MailSink;

  test.beforeAll(async ({ browser }) => {
    test.setTimeout(12 * 60_000);
    mail = await startMailSink();
    fleet = await Fleet.start();
    await fleet.requestCluster(CLUSTER, { workers: 2 });
    await fleet.expectCluster(CLUSTER, 'succeeded', 6 * 60_000);
    context = await browser.newContext({ baseURL: fleet.stack.url });
    page = await context.newPage();
    drills = new DrillPages(page);
    await new EntryPage(page).logIn(ADMINISTRATOR.user_name, ADMINISTRATOR.password);
    await addMailChannel(page, mail.port);
  });
  test.afterAll(async () => {
    await context?.close();
    await fleet?.destroy();
    await mail?.stop();
  });

  test('begins with an application that holds data', async () => {
    test.setTimeout(IMAGE_MS + 3 * 60_000);
    await page.goto('/drills');
    await page.getByRole('link', { name: 'HA walk-through' }).click();
    await drills
      .step(1)
      .getByRole('radio', { name: /^Elasticsearch/ })
      .check();
    await drills.step(1).getByRole('button', { name: 'Deploy Elasticsearch' }).click();
    await drills.expectTicked(1, IMAGE_MS);
    await drills.step(2).getByRole('button', { name: 'Send all 4' }).click();
    await drills.expectTicked(2, 60_000);
    await expect(drills.step(2)).toContainText('Ada Lovelace');
    await expectAccessible(page);
    await picture(page, 'walk-data');
  });

  for (const [number, command] of [
    [3, 'kubectl delete pod elasticsearch-'],
    [4, 'red Power off square'],
    [5, 'red Power off square'],
    [6, 'tessera instances -d service-instance_'],
  ] as const) {
    test(`does drill ${number - 2} of 4 and finds the data again`, async () => {
      const step = drills.step(number);
      await expect(step).toContainText(command, { timeout: 60_000 });
      await doIt(step);
      if (number === 5) await watch(await step.getByRole('link', { name: 'Watch it' }).getAttribute('href'));
      await drills.expectTicked(number, DRILL_MS);
      await expect(step).toContainText('the data is there', { timeout: 60_000 });
      await expect(step.getByRole('link', { name: 'Report' })).toBeVisible();
    });
  }

  test('has told somebody by mail of each failure, marked as a drill', async () => {
    await drills.expectTicked(7, 60_000);
    const told = mail.mails.filter((one) => one.subject.includes('DRILL'));
    expect(told.map((one) => one.subject).join('\n')).toMatch(/worker\/\d/);
  });

  test('stands where it stood after a reload, and keeps a report of each drill', async () => {
    await page.reload();
    for (const number of [1, 2, 3, 4, 5, 6, 7]) await drills.expectTicked(number, 30_000);
    await picture(page, 'walk-done');
    for (const number of [3, 4, 5, 6]) {
      await drills.step(number).getByRole('link', { name: 'Report' }).click();
      await page.getByRole('heading', { name: 'Measured against what was promised' }).waitFor();
      await expectAccessible(page);
      await picture(page, `walk-report-${number}`);
      await page.goBack();
    }
  });

  /** Presses the step's button until its drill runs: what was healthy when it was pressed may be busy when it is looked at again. */
  async function doIt(step: Locator): Promise<void> {
    const button = step.getByRole('button', { name: /^Do it: / });
    await expect(async () => {
      await expect(button).not.toHaveAttribute('aria-disabled', 'true', { timeout: 30_000 });
      await button.click();
      const begun = step.getByText('Running', { exact: true }).or(step.getByRole('link', { name: 'Report' }));
      await expect(begun.first()).toBeVisible({ timeout: 30_000 });
    }).toPass({ timeout: DRILL_MS });
  }

  /** The drill's own page in another tab, while it runs. */
  async function watch(href: string | null): Promise<void> {
    const tab = await context.newPage();
    await tab.goto(href ?? '/drills');
    await expect(tab.getByRole('button', { name: /^Stop/ })).toBeVisible();
    await expect(tab.getByText('Detected', { exact: true }).first()).toBeVisible();
    await tab.locator('svg.t path.ok').first().waitFor({ state: 'attached' });
    await expectAccessible(tab);
    await picture(tab, 'walk-run');
    await tab.close();
  }
});

async function addMailChannel(page: Page, port: number): Promise<void> {
  const channel = {
    name: 'Platform team',
    config: {
      kind: 'email',
      host: '127.0.0.1',
      port,
      tls: 'none',
      from: 'tessera@example.org',
      to: ['ops@example.org'],
    },
    minimumSeverity: 'info',
  };
  // the page of channels has tests of its own; here only the mails count
  const done = await page.evaluate(async (input) => {
    const session = await (await fetch('/api/trpc/session.get')).json();
    const answer = await fetch('/api/trpc/channels.save', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-tessera-csrf': session.result.data.csrf },
      body: JSON.stringify({ id: null, channel: input, secrets: {} }),
    });
    return { status: answer.status, text: await answer.text() };
  }, channel);
  expect(done.status, done.text).toBe(200);
}

/** Both widths and both themes, for eyes. */
async function picture(page: Page, name: string): Promise<void> {
  if (PICTURES === undefined) return;
  mkdirSync(PICTURES, { recursive: true });
  for (const [width, theme] of [
    [1280, 'light'],
    [390, 'dark'],
  ] as const) {
    await page.setViewportSize({ width, height: 860 });
    await page.evaluate((chosen) => {
      document.documentElement.dataset.theme = chosen;
    }, theme);
    await page.screenshot({ path: path.join(PICTURES, `${name}-${theme}-${width}.png`), fullPage: true });
  }
  await page.setViewportSize({ width: 1280, height: 720 });
}
