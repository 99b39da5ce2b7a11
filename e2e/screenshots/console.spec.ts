import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type BrowserContext, type Page, test } from '@playwright/test';
import { ClusterPages } from '../pages/cluster-pages.ts';
import { DrillPages } from '../pages/drill-pages.ts';
import { EntryPage } from '../pages/entry-page.ts';
import { FormPage } from '../pages/form-page.ts';
import { ProductsPage } from '../pages/products-page.ts';
import { RunPage } from '../pages/run-page.ts';
import { CommandLine } from '../real/command-line.ts';
import { type Stack, startStack } from '../stack.ts';

const FOLDER = path.join(import.meta.dirname, '..', '..', 'docs', 'screenshots');
const PERSON = { userName: 'ana.ruiz', password: 'correct horse', passphrase: 'battery staple' };
const CLUSTER = 'orders-prod';
const HOSTNAME = 'api.pks.tessera.local';
const APPLY_MS = 10 * 60_000;
const DRILL_MS = 3 * 60_000;

/** Light and dark on a desktop, light on a phone. */
const LOOKS = [
  { name: 'light', theme: 'light', width: 1280, height: 860 },
  { name: 'dark', theme: 'dark', width: 1280, height: 860 },
  { name: 'phone', theme: 'light', width: 390, height: 844 },
] as const;

/** Pictures of the main screens for docs/screenshots: on real VMs, or with TESSERA_CPI=simulated on none. */
test('the main screens', async ({ browser }) => {
  test.setTimeout(20 * 60_000);
  mkdirSync(FOLDER, { recursive: true });
  const cpi = process.env.TESSERA_CPI === 'simulated' ? 'simulated' : 'container';
  const stack: Stack = await startStack({ cpi });
  const context = await browser.newContext({ baseURL: stack.url, reducedMotion: 'reduce' });
  const home = mkdtempSync(path.join(tmpdir(), 'tessera-screenshots-'));
  try {
    const page = await context.newPage();
    await build(page, context);
    await operate(page, context, cpi === 'container' ? new CommandLine(stack, home) : null);
    await new EntryPage(page).logOut();
    await picture(page, context, 'login');
  } finally {
    await context.close();
    await stack.destroy();
    rmSync(home, { recursive: true });
  }
});

/** From the first run to a cluster. */
async function build(page: Page, context: BrowserContext): Promise<void> {
  const products = new ProductsPage(page);
  const form = new FormPage(page);
  const run = new RunPage(page);
  const clusters = new ClusterPages(page);

  await page.goto('/setup');
  await picture(page, context, 'setup');
  await new EntryPage(page).setUp(PERSON);
  await products.open();
  await products.tile('Container Service').waitFor();
  await picture(page, context, 'products-first');

  await form.open('pivotal-container-service', 'pks_api');
  await form.fill('.properties.pks_api_hostname', HOSTNAME);
  await form.save();
  await form.generateCertificate('.pivotal-container-service.pks_tls', `${HOSTNAME}, *.pks.tessera.local`);
  await picture(page, context, 'form');
  await form.open('pivotal-container-service', 'plan1');
  await picture(page, context, 'form-plan');

  await run.review();
  await picture(page, context, 'review');
  await run.apply();
  const step = page.locator('li[aria-current="step"]').getByText(/Create 1 VM|Start 1 instance/);
  await step.or(page.getByText('Succeeded')).first().waitFor({ timeout: APPLY_MS });
  await page
    .getByRole('log')
    .getByText(/deployed|create_vm/)
    .first()
    .waitFor();
  await picture(page, context, 'installation');
  await run.expectEnd('Succeeded', APPLY_MS);
  await products.open();
  await picture(page, context, 'products');
  await page.goto('/products/pivotal-container-service/status');
  await page.getByText('DNS record needed').waitFor();
  await picture(page, context, 'status');

  await clusters.create({ name: CLUSTER, externalHostname: 'orders.tessera.local', workers: 3 });
  await page.waitForURL(`**/clusters/${CLUSTER}`);
  await clusters.vm('master/0').getByText('etcd').waitFor({ timeout: APPLY_MS });
  await picture(page, context, 'cluster-creating');
  await clusters.expectState('Running', APPLY_MS);
  await picture(page, context, 'cluster');
}

/** A cluster at work: an application in it, a drill, and the pages that tell of it. Without a shell there is nothing to drill. */
async function operate(page: Page, context: BrowserContext, shell: CommandLine | null): Promise<void> {
  if (shell) {
    await shell.tessera('login', '-u', PERSON.userName, '-p', PERSON.password);
    await shell.tessera('sample', 'deploy', CLUSTER, 'orders');
    await drill(page, context);
  }
  for (const [name, address] of [
    ['clusters', '/clusters'],
    ['create-cluster', '/create-cluster'],
    ['workloads', `/clusters/${CLUSTER}/workloads`],
    ['samples', `/clusters/${CLUSTER}/samples`],
    ['timeline', `/clusters/${CLUSTER}/timeline`],
    ['health', '/health'],
    ['layers', '/health/layers'],
    ['alerts', '/alerts'],
    ['channels', '/channels'],
    ['infrastructure', '/infrastructure'],
    ['drills', '/drills'],
    ['walk-through', `/drills/walk-through?cluster=${CLUSTER}`],
    ['activity', '/activity'],
    ['users', '/users'],
    ['settings', '/settings'],
  ] as const) {
    await page.goto(address);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await picture(page, context, name);
  }
}

/** Chosen, running, and its report. */
async function drill(page: Page, context: BrowserContext): Promise<void> {
  const drills = new DrillPages(page);
  await drills.choose(CLUSTER, 'vm-off-with-pod');
  await picture(page, context, 'drill-new');
  const id = await drills.run();
  await page.getByText('Detected', { exact: true }).first().waitFor();
  await picture(page, context, 'drill-run');
  await page.getByRole('link', { name: 'Report' }).first().waitFor({ timeout: DRILL_MS });
  await drills.openReport(id);
  await picture(page, context, 'drill-report');
}

/** The page as it is now in each look. The theme is set in place, so that a run is not missed by a reload. */
async function picture(page: Page, context: BrowserContext, name: string): Promise<void> {
  const before = page.viewportSize();
  for (const look of LOOKS) {
    await context.addCookies([{ name: 'tessera_theme', value: look.theme, url: page.url() }]);
    await page.setViewportSize({ width: look.width, height: look.height });
    await page.evaluate((theme) => {
      document.documentElement.dataset.theme = theme;
      window.scrollTo(0, 0);
    }, look.theme);
    await page.screenshot({ path: path.join(FOLDER, `${name}-${look.name}.png`), animations: 'disabled' });
  }
  if (before) await page.setViewportSize(before);
}
