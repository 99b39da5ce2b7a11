import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type BrowserContext, expect, type Page, test } from '@playwright/test';
import { expectAccessible } from '../pages/accessibility.ts';
import { ClusterPages } from '../pages/cluster-pages.ts';
import { EntryPage } from '../pages/entry-page.ts';
import { FormPage } from '../pages/form-page.ts';
import { ProductsPage } from '../pages/products-page.ts';
import { RunPage } from '../pages/run-page.ts';
import { type Stack, startStack } from '../stack.ts';

const PERSON = { userName: 'admin', password: 'correct horse', passphrase: 'battery staple' };
const HOSTNAME = 'api.pks.tessera.example';
const SERVICE = 'Container Service';

/** The way of an operator from nothing to a cluster, on simulated infrastructure; each step needs the one before. */
test.describe('an operator', () => {
  test.describe.configure({ mode: 'serial', timeout: 90_000 });
  let stack: Stack;
  let context: BrowserContext;
  let page: Page;

  test.beforeAll(async ({ browser }) => {
    test.setTimeout(6 * 60_000);
    stack = await startStack({ cpi: 'simulated' });
    context = await browser.newContext({ baseURL: stack.url, acceptDownloads: true });
    page = await context.newPage();
    page.setDefaultTimeout(20_000);
  });
  test.afterAll(async () => {
    await context?.close();
    await stack?.destroy();
  });

  test('is led to the first-run set-up, which says where the key lies', async () => {
    await page.goto('/');
    await expect(page).toHaveURL(/\/setup$/);
    await expect(page.getByText(path.join(stack.state, 'vault.key'))).toBeVisible();
    await expectAccessible(page);
  });

  test('is told at the field when the two passwords differ or are short', async () => {
    await page.getByLabel('Password', { exact: true }).fill('short');
    await page.getByLabel('Password again').fill('other');
    await page.getByRole('button', { name: 'Set up' }).click();
    await expect(page.getByText('password: at least 8 characters')).toBeVisible();
    await expect(page.getByText('password: the two differ')).toBeVisible();
  });

  test('sets up, logs out and logs in again', async () => {
    const entry = new EntryPage(page);
    await entry.setUp(PERSON);
    await entry.logOut();
    await expectAccessible(page);
    await entry.tryLogIn(PERSON.userName, 'wrong password');
    await expect(page.getByText(/do not match/)).toBeVisible();
    await entry.logIn(PERSON.userName, PERSON.password);
  });

  test('closes the menu of the person by Esc and by a press elsewhere', async () => {
    const opener = page.locator('summary', { hasText: 'theme and log-out' });
    const logOut = page.getByRole('button', { name: 'Log out' });
    await opener.click();
    await logOut.focus();
    await page.keyboard.press('Escape');
    await expect(logOut).toBeHidden();
    await expect(opener).toBeFocused();
    await opener.click();
    await expect(logOut).toBeVisible();
    await page.getByRole('heading', { name: 'Products', exact: true }).click();
    await expect(logOut).toBeHidden();
  });

  test('takes no press and no password before the programs of a page are there', async () => {
    const entry = new EntryPage(page);
    await entry.logOut();
    const programs = Promise.withResolvers<void>();
    await page.route('**/_next/**/*.js', async (route) => {
      await programs.promise;
      await route.continue();
    });
    await page.goto('/login', { waitUntil: 'commit' });
    await page.getByRole('button', { name: 'Log in' }).waitFor();
    await page.getByLabel('Password').click({ force: true });
    await page.keyboard.type('too early');
    await page.keyboard.press('Enter');
    await expect(page.getByLabel('Password')).toHaveValue('');
    await expect(page).toHaveURL(/\/login$/);
    programs.resolve();
    await expect(page.getByLabel('User name or e-mail')).toBeFocused();
    await entry.tryLogIn(PERSON.userName, PERSON.password);
    await page.getByRole('heading', { name: 'Products', exact: true }).waitFor();
    await page.unroute('**/_next/**/*.js');
  });

  test('is led on from the log-in page while logged in', async () => {
    await page.goto('/login?next=/tasks');
    await expect(page).toHaveURL(/\/tasks$/);
  });

  test('sees two tiles, orange until complete and applied', async () => {
    const products = new ProductsPage(page);
    await products.open();
    await products.expectState('BOSH Director', 'Not applied');
    await products.expectState(SERVICE, 'Not configured');
    await expect(page.getByText('Live', { exact: true })).toBeVisible();
    await expectAccessible(page);
  });

  test('follows the reason on a tile to its field, corrects a bad value and generates a certificate', async () => {
    const products = new ProductsPage(page);
    const form = new FormPage(page);
    await products
      .tile(SERVICE)
      .getByRole('link', { name: /API Hostname/ })
      .click();
    await expect(page).toHaveURL(/\/products\/pivotal-container-service\/pks_api#/);
    await form.fill('.properties.pks_api_hostname', 'API.pks');
    await expect(form.field('.properties.pks_api_hostname')).toContainText('host name in lower case');
    await form.fill('.properties.pks_api_hostname', HOSTNAME);
    await form.save();
    await form.generateCertificate('.pivotal-container-service.pks_tls', `${HOSTNAME}, *.pks.tessera.example`);
    await expect(form.field('.pivotal-container-service.pks_tls')).toContainText('*.pks.tessera.example');
    await expect(page.getByRole('heading', { level: 1 })).toContainText('Not applied');
    await expectAccessible(page);
  });

  test('is asked before leaving a form with unsaved edits', async () => {
    const form = new FormPage(page);
    await form.fill('.properties.worker_max_in_flight', '2');
    await page.getByRole('link', { name: 'Clusters', exact: true }).first().click();
    const dialog = page.getByRole('dialog');
    await expect(dialog).toContainText('1 edit on this form is not saved');
    await dialog.getByRole('button', { name: 'Leave without saving' }).click();
    await expect(page).toHaveURL(/\/clusters$/);
  });

  test('reviews what will change, with the VMs it makes, and applies while the infrastructure is away', async () => {
    const run = new RunPage(page);
    writeFileSync(path.join(stack.state, 'simulated.down'), '');
    await run.review();
    await expect(page.getByText('+1 ~0 ↻0 −0 VMs')).toBeVisible();
    await expect(page.getByText(HOSTNAME)).toBeVisible();
    await expectAccessible(page);
    expect(await run.apply()).toBe(1);
    await run.expectEnd('Failed', 60_000);
    await expect(page.getByText(/^Failed at: /)).toBeVisible();
    await expectAccessible(page);
  });

  test('retries from the failed step until the tiles are green', async () => {
    rmSync(path.join(stack.state, 'simulated.down'));
    await page.getByRole('button', { name: /^Retry from the failed step/ }).click();
    const run = new RunPage(page);
    await run.expectEnd('Succeeded', 60_000);
    await page.reload();
    await run.expectEnd('Succeeded', 10_000);
    await expect(page.getByRole('log')).toContainText('succeeded');
    const products = new ProductsPage(page);
    await products.open();
    await products.expectState('BOSH Director', 'Running');
    await products.expectState(SERVICE, 'Running');
    await expect(page.getByText('Nothing is pending')).toBeVisible();
  });

  test('reads VM, processes and the DNS record on the Status tab', async () => {
    await page.goto('/products/pivotal-container-service/status');
    await expect(page.getByText('DNS record needed')).toBeVisible();
    await expect(page.getByText(new RegExp(`\\d+\\.\\d+\\.\\d+\\.\\d+ ${HOSTNAME}`))).toBeVisible();
    await expect(page.getByRole('article', { name: /^pivotal-container-service\/0: Running/ })).toContainText(
      'pks-api',
    );
    await expectAccessible(page);
  });

  test('reveals a credential, and that is in the change log', async () => {
    await page.goto('/products/pivotal-container-service/credentials');
    await expectAccessible(page);
    await page.getByRole('button', { name: /^Reveal Pks Uaa Management Admin Client/i }).click();
    await expect(page.getByRole('button', { name: /^Copy secret/ })).toBeVisible();
    await page.goto('/activity?view=deeds');
    await expect(page.getByRole('row', { name: /credential\.revealed/ })).toContainText(
      'pks_uaa_management_admin_client',
    );
    await expectAccessible(page);
  });

  test('creates a cluster and watches its topology turn green', async () => {
    const clusters = new ClusterPages(page);
    await clusters.create({ name: 'es_cluster', externalHostname: 'es.k8s.example', workers: 3 });
    await page.waitForURL('**/clusters/es_cluster');
    await clusters.expectState('Running', 60_000);
    await expect(page.getByText('Healthy.')).toBeVisible();
    await expect(clusters.vm('master/0')).toContainText('etcd');
    await expect(page.getByRole('region', { name: 'az3' })).toContainText('worker/');
    await expectAccessible(page);
  });

  test('is refused a second cluster of the same name in the other spelling, with the reason', async () => {
    const clusters = new ClusterPages(page);
    await clusters.create({ name: 'es-cluster', externalHostname: 'other.k8s.example' });
    await expect(page.getByText(/exists already/)).toBeVisible();
    await expectAccessible(page);
  });

  test('downloads the kubeconfig, deletes the cluster by typing its name', async () => {
    const clusters = new ClusterPages(page);
    await clusters.open('es_cluster');
    expect(await clusters.kubeconfig()).toContain('certificate-authority-data');
    await clusters.remove('es_cluster');
    await page.goto('/clusters');
    await expect(page.getByText('No clusters yet')).toBeVisible({ timeout: 30_000 });
    await expectAccessible(page);
  });

  test('makes a user with groups and deletes it', async () => {
    await page.goto('/users');
    await page.getByRole('button', { name: 'Create user' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('User name').fill('ana.ruiz');
    await dialog.getByLabel('E-mail').fill('ana@tessera.example');
    await dialog.getByLabel('Password').fill('long enough');
    await dialog.getByRole('checkbox', { name: /pks\.clusters\.manage/ }).check();
    await expectAccessible(page);
    await dialog.getByRole('button', { name: 'Create user' }).click();
    const row = page.getByRole('row', { name: /ana\.ruiz/ });
    await expect(row).toContainText('pks.clusters.manage');
    await row.getByRole('button', { name: 'Delete ana.ruiz' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete user' }).click();
    await expect(row).toBeHidden();
    await expectAccessible(page);
  });

  test('changes the passphrase only with the right one', async () => {
    await page.goto('/settings');
    const change = async (from: string) => {
      await page.getByLabel('Passphrase now').fill(from);
      await page.getByLabel('New passphrase', { exact: true }).fill('another staple');
      await page.getByLabel('New passphrase again').fill('another staple');
      await page.getByRole('button', { name: 'Change passphrase' }).click();
    };
    await change('not the passphrase');
    await expect(page.getByText('The decryption passphrase is wrong.')).toBeVisible();
    await change(PERSON.passphrase);
    await expect(page.getByText('The decryption passphrase is changed.')).toBeVisible();
    await expectAccessible(page);
  });
});
