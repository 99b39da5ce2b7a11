import { expect, type Page, test } from '@playwright/test';
import { expectAccessible } from '../pages/accessibility.ts';
import { EntryPage } from '../pages/entry-page.ts';
import { InfrastructurePage } from '../pages/infrastructure-page.ts';
import type { CommandLine } from '../real/command-line.ts';
import { SimulatedConsole } from './simulated-console.ts';

/** What an operator does in the infrastructure's own tools, and what the platform makes of it, on simulated infrastructure. */
test.describe('the infrastructure', () => {
  test.describe.configure({ mode: 'serial', timeout: 90_000 });
  let console: SimulatedConsole;
  let shell: CommandLine;
  let page: Page;
  let infrastructure: InfrastructurePage;

  test.beforeAll(async ({ browser }) => {
    test.setTimeout(6 * 60_000);
    console = await SimulatedConsole.open(browser);
    ({ shell, page } = console);
    infrastructure = new InfrastructurePage(page);
  });
  test.afterAll(async () => {
    await console?.close();
  });

  test('shows every VM by AZ with power, address and CID, and says what these VMs are', async () => {
    await infrastructure.open();
    await expect(page.getByText('These VMs are simulated')).toBeVisible();
    await expect(page.getByText('The platform is not told what is switched here')).toBeVisible();
    for (const name of ['master/0', 'worker/0', 'worker/1']) await infrastructure.expectPower(name, 'On');
    await expect(page.getByText('4 of 4 VMs')).toBeVisible();
    await expectAccessible(page);
  });

  test('finds a VM by its address, which the address of the page then carries', async () => {
    const address = await infrastructure.vm('worker/1').locator('[data-name="Address"]').innerText();
    await infrastructure.search(address);
    await expect(page.getByText('1 of 4 VMs')).toBeVisible();
    await expect(infrastructure.vm('worker/1')).toBeVisible();
    await expect(infrastructure.vm('worker/0')).toBeHidden();
    await page.reload();
    await expect(page.getByText('1 of 4 VMs')).toBeVisible();
    await infrastructure.search('');
  });

  test('a VM that is powered off is shown off, and the platform, which was not told, replaces it', async () => {
    const cid = infrastructure.vm('worker/1').locator('[data-name="CID"]');
    const before = await cid.innerText();
    await infrastructure.change('worker/1', 'Power off');
    await expect.poll(() => shell.tessera('tasks'), { timeout: 60_000 }).toMatch(/Repair worker\/1/);
    expect(await shell.tessera('tasks')).toMatch(/Power off worker\/1/);
    await expect(cid).not.toHaveText(before, { timeout: 60_000 });
    await infrastructure.expectPower('worker/1', 'On');
  });

  test('the processes of a VM are a page', async () => {
    await infrastructure.vm('worker/0').getByRole('link', { name: 'worker/0' }).click();
    await expect(page.getByRole('heading', { name: 'worker/0', level: 1 })).toBeVisible();
    await expect(page.getByRole('row').filter({ hasText: 'kubelet' })).toContainText('running');
    await expectAccessible(page);
    await page.getByRole('link', { name: 'Power and restart' }).click();
    await expect(page.getByText('1 of 4 VMs')).toBeVisible();
  });

  test('an AZ is switched off and on with its VMs, after typing its name', async () => {
    await infrastructure.open();
    const az = await page
      .getByRole('region', { name: /^az\d$/ })
      .first()
      .getAttribute('aria-label');
    if (az === null) throw new Error('no AZ is shown');
    await infrastructure.switchAz(az, 'off');
    await expect(infrastructure.az(az)).toContainText('Switched off', { timeout: 30_000 });
    await expect(infrastructure.az(az)).toContainText('without power');
    await infrastructure.switchAz(az, 'on');
    await expect(infrastructure.az(az)).not.toContainText('Switched off', { timeout: 30_000 });
  });

  test('a person without the right sees why the buttons do nothing', async () => {
    const login = ['users', 'create', 'vera', '--email', 'vera@example.com', '-p', 'correct horse'];
    await shell.tessera(...login, '--group', 'opsman.full_view');
    await new EntryPage(page).logOut();
    await new EntryPage(page).logIn('vera', 'correct horse');
    await infrastructure.open();
    const button = infrastructure.vm('worker/0').getByRole('button', { name: 'Power off' });
    await expect(button).toHaveAttribute('aria-disabled', 'true');
    await expect(button).toHaveAttribute('title', /opsman\.admin/);
    // a press that waits for the button to be enabled would wait for ever
    await button.click({ force: true });
    await expect(page.getByRole('dialog')).toBeHidden();
  });
});
