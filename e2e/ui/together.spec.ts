import { type Browser, expect, type Page, test } from '@playwright/test';
import { expectAccessible } from '../pages/accessibility.ts';
import { ClusterPages } from '../pages/cluster-pages.ts';
import { EntryPage } from '../pages/entry-page.ts';
import { FormPage } from '../pages/form-page.ts';
import { ProductsPage } from '../pages/products-page.ts';
import { RunPage } from '../pages/run-page.ts';
import { type Stack, startStack } from '../stack.ts';

const PERSON = { userName: 'admin', password: 'correct horse', passphrase: 'battery staple' };
const HOSTNAME = '.properties.pks_api_hostname';
const IN_FLIGHT = '.properties.worker_max_in_flight';
const CERTIFICATE = '.pivotal-container-service.pks_tls';

/** Several people and pages at once, faults of what is behind the console, on simulated infrastructure. */
test.describe('people who work together', () => {
  test.describe.configure({ mode: 'serial', timeout: 90_000 });
  let stack: Stack;
  let ana: Page;
  let jonas: Page;

  test.beforeAll(async ({ browser }) => {
    test.setTimeout(6 * 60_000);
    stack = await startStack({ cpi: 'simulated' });
    ana = await newPerson(browser, stack);
    await new EntryPage(ana).setUp(PERSON);
    jonas = await newPerson(browser, stack);
    await new EntryPage(jonas).logIn(PERSON.userName, PERSON.password);
  });
  test.afterAll(async () => {
    await ana?.context().close();
    await jonas?.context().close();
    await stack?.destroy();
  });

  test('see each other save a form, and lose nothing of what they typed in other fields', async () => {
    const [first, second] = [new FormPage(ana), new FormPage(jonas)];
    await first.open('pivotal-container-service', 'pks_api');
    await second.open('pivotal-container-service', 'pks_api');
    await second.fill(IN_FLIGHT, '3');
    await first.fill(HOSTNAME, 'ana.pks.example');
    await first.save();
    await expect(second.field(HOSTNAME).locator('input')).toHaveValue('ana.pks.example');
    await expect(second.field(IN_FLIGHT).locator('input')).toHaveValue('3');
    await second.save();
    await expect(first.field(IN_FLIGHT).locator('input')).toHaveValue('3');
  });

  test('are shown both values when both changed one field', async () => {
    const [first, second] = [new FormPage(ana), new FormPage(jonas)];
    await second.fill(HOSTNAME, 'jonas.pks.example');
    await first.fill(HOSTNAME, 'other.pks.example');
    await first.save();
    await expect(jonas.getByText('changed the same fields')).toBeVisible();
    await expect(jonas.getByText('theirs, stored: other.pks.example')).toBeVisible();
    await expect(second.field(HOSTNAME).locator('input')).toHaveValue('jonas.pks.example');
    await expectAccessible(jonas);
    await jonas.getByRole('button', { name: 'Take theirs' }).click();
    await expect(second.field(HOSTNAME).locator('input')).toHaveValue('other.pks.example');
    await expect(jonas.getByText('No unsaved edits.')).toBeVisible();
  });

  test('are told at the field when the certificate does not cover the host name', async () => {
    const form = new FormPage(ana);
    await form.generateCertificate(CERTIFICATE, 'somewhere.else.example');
    const fault = form
      .field(CERTIFICATE)
      .getByText(/does not cover other\.pks\.example; it covers somewhere\.else\.example/);
    await expect(fault).toBeVisible();
    await form.generateCertificate(CERTIFICATE, 'other.pks.example');
    await expect(fault).toHaveCount(0);
    await expect(ana.getByRole('heading', { level: 1 })).toContainText('Not applied');
  });

  test('cannot save overlapping networks unnoticed', async () => {
    const form = new FormPage(ana);
    await form.choose('Networking');
    const pods = '.properties.network_selector.flannel.pod_network_cidr';
    const before = await form.field(pods).locator('input').inputValue();
    await form.fill(pods, '10.100.0.0/16');
    await form.save();
    await expect(ana.getByText(/overlap/).first()).toBeVisible();
    await expect(ana.getByRole('heading', { level: 1 })).toContainText('Not configured');
    await form.fill(pods, before);
    await form.save();
    await expect(ana.getByRole('heading', { level: 1 })).toContainText('Not applied');
  });

  test('watch one run in two browsers, and only one run at a time', async () => {
    const run = new RunPage(ana);
    await run.review();
    await new RunPage(jonas).review();
    const id = await run.apply();
    await run.expectEnd('Succeeded', 60_000);
    await expect(jonas.getByText('Nothing is pending')).toBeVisible();
    await jonas.goto(`/installations/${id}`);
    await new RunPage(jonas).expectEnd('Succeeded', 10_000);
    const lines = (page: Page) => page.getByText(/^\d+ lines$/);
    await expect(lines(ana)).not.toHaveText('0 lines');
    // the last lines may still be on their way to either
    await expect(async () => expect(await lines(jonas).innerText()).toBe(await lines(ana).innerText())).toPass({
      timeout: 5_000,
    });
  });

  test('see a commit in the other browser at once', async () => {
    await new ProductsPage(jonas).open();
    const form = new FormPage(ana);
    await form.open('pivotal-container-service', 'pks_api');
    await form.fill(IN_FLIGHT, '5');
    await form.saveButton.click();
    await expect(jonas.getByText('Worker VM Max in Flight')).toBeVisible({ timeout: 5_000 });
  });

  test('share one stream per browser, and leave none behind', async () => {
    const streams = async () => {
      const health: { streams: number } = await (await fetch(`${stack.url}/api/healthz`)).json();
      return health.streams;
    };
    await expect.poll(streams).toBe(2);
    const tabs = [await ana.context().newPage(), await ana.context().newPage(), await ana.context().newPage()];
    for (const tab of tabs) {
      await tab.goto('/');
      await expect(tab.getByText('Live', { exact: true })).toBeVisible();
    }
    expect(await streams()).toBe(2);
    // the page that followed for all closes: another takes over, and news still comes
    await ana.close();
    await expect.poll(streams, { timeout: 30_000 }).toBe(2);
    for (const tab of tabs.slice(1)) await tab.close();
    const [last] = tabs;
    if (!last) throw new Error('no tab is left');
    ana = last;
    await expect(ana.getByText('Live', { exact: true })).toBeVisible();
    await jonas.getByRole('button', { name: 'Revert to last applied' }).click();
    await jonas.getByRole('button', { name: 'Drop all pending changes' }).click();
    await expect(ana.getByText('Nothing is pending')).toBeVisible();
    await jonas.close();
    await expect.poll(streams, { timeout: 30_000 }).toBe(1);
  });

  test('are refused a file that is no product, with the reason, and nothing is left of it', async () => {
    const products = new ProductsPage(ana);
    await products.open();
    await products.importFile({ name: 'photo.tessera', mimeType: 'application/zip', buffer: Buffer.from('not a zip') });
    await expect(ana.getByText('Not imported', { exact: true })).toBeVisible();
    await expect(ana.getByText(/zip/).first()).toBeVisible();
    await expectAccessible(ana);
  });

  test('are refused a cluster that the plan does not allow, at the field', async () => {
    const clusters = new ClusterPages(ana);
    await clusters.create({ name: 'too-big', externalHostname: 'big.k8s.example', workers: 5000 });
    await expect(ana.getByText(/allows 1 to/)).toBeVisible();
    await clusters.create({ name: '9lives', externalHostname: 'cat.k8s.example' });
    await expect(ana.getByText(/begin with a letter/)).toBeVisible();
  });

  test('hear nothing more after logging out in another tab, and come back to the same page after log-in', async () => {
    const other = await ana.context().newPage();
    await ana.goto('/clusters');
    await expect(ana.getByText('Live', { exact: true })).toBeVisible();
    await other.goto('/');
    await new EntryPage(other).logOut();
    await other.close();
    await ana.getByRole('link', { name: 'Activity', exact: true }).first().click();
    await expect(ana).toHaveURL(/\/login\?next=|\/login$/);
    await new EntryPage(ana).tryLogIn(PERSON.userName, PERSON.password);
    await expect(ana.getByText('Live', { exact: true })).toBeVisible();
  });

  test('are not led back by news that arrives while they log out', async ({ browser }) => {
    const leaving = await newPerson(browser, stack);
    const entry = new EntryPage(leaving);
    await entry.logIn(PERSON.userName, PERSON.password);
    await expect(leaving.getByText('Live', { exact: true })).toBeVisible();
    // the session has ended, its end is not told yet, and the page hears of a change
    const refused = leaving.waitForResponse((answer) => answer.url().includes('products') && answer.status() === 401);
    await leaving.route('**/session.signOut*', async (route) => {
      const answer = await route.fetch();
      const form = new FormPage(ana);
      await form.open('pivotal-container-service', 'pks_api');
      await form.fill(IN_FLIGHT, '7');
      await form.save();
      await refused;
      await route.fulfill({ response: answer });
    });
    await entry.logOut();
    await leaving.getByRole('button', { name: 'Log in' }).waitFor();
    await expect(leaving).toHaveURL(/\/login$/);
    await leaving.context().close();
  });

  test('can use a page before its stream is there, and are told when none comes', async ({ browser }) => {
    const waiting = await newPerson(browser, stack);
    await new EntryPage(waiting).logIn(PERSON.userName, PERSON.password);
    await waiting.route('**/events.follow*', () => undefined);
    await waiting.goto('/users');
    const create = waiting.getByRole('button', { name: /^Create user/ });
    await create.click();
    await waiting.getByRole('dialog').getByLabel('User name').waitFor();
    await waiting.keyboard.press('Escape');
    await expect(waiting.getByText('Not live', { exact: true })).toBeVisible();
    await create.click({ force: true });
    await expect(waiting.getByText('Not now: the page is not live; wait until it reconnects.')).toBeVisible();
    await expect(waiting.getByRole('dialog')).toHaveCount(0);
    await waiting.context().close();
  });

  test('are told when no director runs, and when it is back', async () => {
    await new ProductsPage(ana).open();
    stack.kill('director');
    await expect(ana.getByText(/No director is running/)).toBeVisible({ timeout: 15_000 });
    await expect(ana.getByText(/No director is running/)).toBeHidden({ timeout: 40_000 });
  });

  test('are told when the page is not live, and it heals by itself', async () => {
    stack.kill('console');
    await expect(ana.getByText('Not live', { exact: true })).toBeVisible({ timeout: 15_000 });
    await expect(ana.getByText('Live', { exact: true })).toBeVisible({ timeout: 60_000 });
  });

  test('are paused after five wrong passwords, which the page says', async ({ browser }) => {
    const stranger = await newPerson(browser, stack);
    const entry = new EntryPage(stranger);
    await stranger.goto('/login');
    for (let attempt = 0; attempt < 5; attempt += 1) {
      await entry.tryLogIn('admin', `guess ${attempt}`);
      await expect(stranger.getByText(/do not match/)).toBeVisible();
    }
    await entry.tryLogIn('admin', PERSON.password);
    await expect(stranger.getByText('Log-in is paused')).toBeVisible();
    await expect(stranger.getByText(/Wait \d+ s/)).toBeVisible();
    await stranger.context().close();
  });
});

async function newPerson(browser: Browser, stack: Stack): Promise<Page> {
  const context = await browser.newContext({ baseURL: stack.url });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  return page;
}
