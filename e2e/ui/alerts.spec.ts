import { expect, type Locator, type Page, test } from '@playwright/test';
import { expectAccessible } from '../pages/accessibility.ts';
import { InfrastructurePage } from '../pages/infrastructure-page.ts';
import { PHONE } from '../pages/phone.ts';
import type { CommandLine } from '../real/command-line.ts';
import { withDatabase } from '../real/database.ts';
import { type HttpSink, startHttpSink } from '../sinks/http-sink.ts';
import { type MailSink, startMailSink } from '../sinks/mail-sink.ts';
import { SimulatedConsole } from './simulated-console.ts';

const SOON = { timeout: 30_000 };

/** From nobody being told to a page, a mail and a webhook about a VM that is off, on simulated infrastructure with real servers to tell. */
test.describe('alerts', () => {
  test.describe.configure({ mode: 'serial', timeout: 90_000 });
  let console: SimulatedConsole;
  let shell: CommandLine;
  let page: Page;
  let mail: MailSink;
  let hook: HttpSink;

  const alert = (text: string): Locator => page.getByRole('article').filter({ hasText: text });
  const group = (name: string): Locator => page.getByRole('region', { name, exact: true });
  const row = (text: string): Locator =>
    page.getByRole('region', { name: 'Channels' }).getByRole('row').filter({ hasText: text });

  test.beforeAll(async ({ browser }) => {
    test.setTimeout(10 * 60_000);
    mail = await startMailSink();
    hook = await startHttpSink();
    console = await SimulatedConsole.open(browser);
    ({ shell, page } = console);
  });
  test.afterAll(async () => {
    await console?.close();
    await mail?.stop();
    await hook?.stop();
  });

  test('without any, the page says that nothing is wrong, and that nobody would be told', async () => {
    await page.goto('/alerts');
    await expect(page.getByText('Nothing is wrong.')).toBeVisible();
    await expect(page.getByText('Nobody is told of alerts yet')).toBeVisible();
    await expectAccessible(page);
    await page.getByRole('link', { name: 'Add one' }).click();
    await expect(page.getByRole('heading', { name: 'Channels', level: 1 })).toBeVisible();
    await expectAccessible(page);
  });

  test('a channel is added by the form, which names what is missing at its field', async () => {
    await page.getByRole('button', { name: 'Add channel' }).first().click();
    const form = page.getByRole('form', { name: 'Channel' });
    await form.getByLabel('Name', { exact: true }).fill('ops');
    await form.getByLabel('Mail server').fill('127.0.0.1');
    await form.getByLabel('Port').fill(String(mail.port));
    await form.getByLabel('To', { exact: true }).fill('nobody');
    await form.getByRole('button', { name: 'Save channel' }).click();
    await expect(form.getByText('to: give e-mail addresses')).toBeVisible();
    await expect(form.getByText('from: give an e-mail address')).toBeVisible();
    await expectAccessible(page);
    await form.getByLabel('TLS').selectOption('none');
    await form.getByLabel('From', { exact: true }).fill('tessera@example.com');
    await form.getByLabel('To', { exact: true }).fill('ops@example.com');
    await form.getByRole('button', { name: 'Save channel' }).click();
    await expect(row('ops')).toContainText('E-mail to ops@example.com');
  });

  test('its test is a real mail, with the receipt on the page', async () => {
    await row('ops').getByRole('button', { name: 'Test ops' }).click();
    await expect(page.getByText('ops works')).toBeVisible(SOON);
    await expect(page.getByText(/250 kept as 1/).first()).toBeVisible();
    await expect.poll(() => mail.mails.map(({ subject }) => subject)).toEqual(['[Tessera] test: Test of channel ops']);
    await expect(row('ops')).toContainText('Delivered');
    await expectAccessible(page);
  });

  test('a test of a channel that does not work says why, and what to look at', async () => {
    const refused = await startHttpSink(() => ({ status: 403, body: 'invalid_token' }));
    await page.getByRole('button', { name: 'Add channel' }).first().click();
    const form = page.getByRole('form', { name: 'Channel' });
    await form.getByLabel('Name', { exact: true }).fill('chat');
    await form.getByLabel('Kind').selectOption('webhook');
    await form.getByRole('button', { name: 'Slack' }).click();
    await form.getByLabel('Address').fill(`${refused.url}/((token))`);
    await form.getByLabel('Token').fill('T0/B0/secret-word');
    await form.getByRole('button', { name: 'Save channel' }).click();
    await row('chat').getByRole('button', { name: 'Test chat' }).click();
    await expect(page.getByText('chat does not work')).toBeVisible(SOON);
    await expect(page.getByText(/answers 403 \(invalid_token\)/).first()).toBeVisible();
    await expect(page.getByText('secret-word')).toHaveCount(0);
    await refused.stop();
    await row('chat').getByRole('button', { name: 'Remove chat' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove channel' }).click();
    await expect(row('chat')).toHaveCount(0);
  });

  test('a channel is added and tested on the command line too', async () => {
    await shell.tessera('channels', 'add', 'hook', '--webhook', hook.url, '--secret', 'signingKey=known-signing-key');
    expect(await shell.tessera('channels', 'test', 'hook')).toContain('Delivered: 202 kept');
    expect(await shell.tessera('channels')).toMatch(/hook +webhook/);
    expect(hook.posted[0]?.headers['x-tessera-signature']).toMatch(/^t=\d+,v1=[0-9a-f]{64}$/);
    await expect(row('hook')).toContainText('Delivered');
  });

  test('a VM that is off while repair is switched off needs a person, who is told within seconds', async () => {
    await shell.tessera('resurrection', 'off', '-d', 'blue');
    const infrastructure = new InfrastructurePage(page);
    await infrastructure.open();
    await infrastructure.change('worker/1', 'Power off');
    await page.goto('/alerts');
    await expect(group('Needs you')).toContainText('worker/1', SOON);
    await expect(alert('worker/1')).toContainText('nobody has taken it');
    await expect(page.getByText('1 alert needs a person.')).toBeVisible();
    await expect(page.getByRole('banner').getByRole('link', { name: /1 alerts need a person/ })).toBeVisible();
    await expect.poll(() => mail.mails.map(({ subject }) => subject).join('\n'), SOON).toMatch(/\] error: .*worker\/1/);
    await alert('worker/1').getByText('Who was told').click();
    await expect(alert('worker/1')).toContainText('ops: raised');
    await expect(alert('worker/1')).toContainText('hook: raised');
    await expectAccessible(page);
  });

  test('somebody takes it, which chat channels hear, mutes it and ends the mute', async () => {
    await alert('worker/1')
      .getByRole('button', { name: /^Take it/ })
      .click();
    await expect(alert('worker/1')).toContainText('taken by admin');
    await expect.poll(() => hook.posted.map(({ body }) => JSON.parse(body).news), SOON).toContain('acknowledged');
    await alert('worker/1').locator('summary', { hasText: 'Mute' }).click();
    await alert('worker/1').getByRole('button', { name: 'For 2 hours' }).click();
    await expect(group('Muted')).toContainText('muted until');
    await expectAccessible(page);
    await alert('worker/1')
      .getByRole('button', { name: /^Unmute/ })
      .click();
    await expect(group('Needs you')).toContainText('worker/1');
  });

  test('on a phone the whole page is there, with targets for a thumb', async () => {
    await page.setViewportSize(PHONE);
    await expect(group('Needs you')).toBeVisible();
    const button = await alert('worker/1').locator('summary', { hasText: 'Mute' }).boundingBox();
    expect(button?.height).toBeGreaterThanOrEqual(44);
    await expectAccessible(page);
    await page.setViewportSize({ width: 1440, height: 900 });
  });

  test('repaired, it is solved on the page, by mail, by webhook and on the command line', async () => {
    await shell.tessera('resurrection', 'on', '-d', 'blue');
    await expect(group('Solved in the last 24 hours')).toContainText('worker/1', { timeout: 60_000 });
    await expect(page.getByText('Nothing is wrong.')).toBeVisible();
    await expect.poll(() => mail.mails.map(({ subject }) => subject).join('\n'), SOON).toMatch(/resolved: .*worker\/1/);
    const keys = hook.posted.map(({ headers }) => headers['x-tessera-delivery']);
    expect(new Set(keys).size).toBe(keys.length);
    expect(await shell.tessera('alerts', '--all')).toMatch(/resolved .*worker\/1/);
    expect(await shell.tessera('channels', 'deliveries')).toMatch(/ops +resolved .*delivered/);
  });

  test('what a drill causes is marked as a drill and waits for nobody', async () => {
    await withDatabase(console.stack, (client) =>
      client.query(
        `insert into alerts (key, severity, category, subject, title, detail, handled, drill_id)
         values ('drilled', 'critical', 'vm', 'drill/7', 'worker/0 is dead', 'The VM is off.', false, 7)`,
      ),
    );
    await page.reload();
    await expect(group('Being handled')).toContainText('DRILL');
    await expect(group('Needs you')).toHaveCount(0);
    await expect(alert('worker/0')).toHaveAttribute('data-state', 'drill');
    expect(await shell.tessera('alerts')).toContain('DRILL 7');
    await expectAccessible(page);
  });
});
