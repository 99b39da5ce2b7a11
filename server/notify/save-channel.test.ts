import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { channels, deliveries } from '#db/schema/alerts.ts';
import { audit } from '#db/schema/events.ts';
import { useTestDatabase } from '#db/test-database.ts';
import { inTransaction, type Tx } from '#db/transaction.ts';
import type { Channel, ChannelConfig } from '#model/channel.ts';
import type { Actor } from '#model/role.ts';
import { stageTiles } from '#server/api/deployed-fixture.ts';
import { Vault } from '#server/platform/vault.ts';
import { configureForm } from '#server/products/configure-form.ts';
import { findStaged } from '#server/products/product-row.ts';
import { channelSecret } from './channel-rows.ts';
import { listChannels } from './list-channels.ts';
import { removeChannel, type SaveChannel, saveChannel } from './save-channel.ts';
import { syncTileChannels, tileRevision } from './tile-channels.ts';

const database = useTestDatabase();
const state = mkdtempSync(join(tmpdir(), 'tessera-channels-'));
const vault = new Vault(state, 'file');
const ADMIN: Actor = { name: 'admin', userId: null, groups: ['opsman.admin'] };
const inTx = <T>(work: (tx: Tx) => Promise<T>): Promise<T> => inTransaction(database.pool, work);

const PAGER: ChannelConfig = { kind: 'pagerduty', url: 'https://events.example/v2', proxy: '' };
const channel = (name: string, config: ChannelConfig = PAGER): Channel => ({
  name,
  enabled: true,
  config,
  minimumSeverity: 'warning',
  deployments: [],
  drills: true,
});
const save = (input: Partial<SaveChannel> & { channel: Channel }, actor = ADMIN) =>
  inTx((tx) => saveChannel(tx, vault, { id: null, secrets: { routingKey: 'known-routing-key' }, ...input }, actor));
const list = () => inTx(listChannels);

beforeAll(async () => {
  await inTx((tx) => vault.create(tx, 'known passphrase'));
  await inTx((tx) => stageTiles(tx, vault));
});
beforeEach(() =>
  inTx(async (tx) => {
    await tx.db.delete(deliveries);
    await tx.db.delete(channels);
  }),
);
afterAll(() => rmSync(state, { recursive: true }));

test('a secret goes in and never comes out; left blank it stays; it goes with the channel', async () => {
  const { id } = await save({ channel: channel('pager') });
  const [view] = await list();
  expect(view).toMatchObject({ id, secrets: [{ field: 'routingKey' }], managedBy: null, last: null, waiting: 0 });
  expect(JSON.stringify(view)).not.toContain('known-routing-key');
  await save({ id, channel: { ...channel('pager'), minimumSeverity: 'critical' }, secrets: { routingKey: '' } });
  expect(await inTx((tx) => vault.read(tx, channelSecret(id, 'routingKey')))).toBe('known-routing-key');
  const deeds = await inTx((tx) => tx.db.select().from(audit).limit(100));
  expect(deeds.map((deed) => deed.action)).toEqual(expect.arrayContaining(['add-channel', 'change-channel']));
  expect(JSON.stringify(deeds)).not.toContain('known-routing-key');
  await inTx((tx) => removeChannel(tx, vault, id, ADMIN));
  expect(await inTx((tx) => vault.has(tx, channelSecret(id, 'routingKey')))).toBe(false);
});

test('what could never arrive is refused at its field', async () => {
  const hook = (more: Partial<Extract<ChannelConfig, { kind: 'webhook' }>>): Channel =>
    channel('hook', {
      kind: 'webhook',
      url: 'https://chat.example/x',
      body: '{}',
      contentType: 'application/json',
      caPem: '',
      ...more,
    });
  const fields = async (made: Channel, secrets: Record<string, string> = {}) =>
    Object.keys(
      await save({ channel: made, secrets }).then(
        () => ({}),
        (error: { fields: object }) => error.fields,
      ),
    );
  expect(await fields(channel('pager'))).toEqual(['secrets.routingKey']);
  expect(await fields(hook({ url: 'https://chat.example/((token))' }))).toEqual(['secrets.token']);
  expect(await fields(hook({ body: '{{ alert.nonsense }}' }))).toEqual(['channel.config.body']);
  expect(await fields(hook({ body: '{% if %}' }))).toEqual(['channel.config.body']);
  expect(await fields(hook({ body: '{"a": {{ alert.title }} }' }))).toEqual(['channel.config.body']);
  expect(await fields(hook({ caPem: 'no certificate' }))).toEqual(['channel.config.caPem']);
  expect(await list()).toEqual([]);
  await save({ channel: hook({ body: 'plain {{ alert.title }}', contentType: 'text/plain' }) });
  expect(await fields(hook({}))).toEqual(['channel.name']);
});

test('only an administrator keeps channels', async () => {
  const operator: Actor = { name: 'op', userId: null, groups: ['opsman.full_control'] };
  await expect(save({ channel: channel('pager') }, operator)).rejects.toMatchObject({ code: 'forbidden' });
});

test('switched off, a channel drops what waited; changed, it tries at once', async () => {
  const { id } = await save({ channel: channel('pager') });
  const wait = () =>
    inTx((tx) =>
      tx.db.insert(deliveries).values({ channelId: id, news: 'raised', title: 'x', nextAt: new Date('2099-01-01') }),
    );
  const rows = () => inTx((tx) => tx.db.select().from(deliveries).limit(5));
  await wait();
  await save({ id, channel: channel('pager') });
  expect((await rows())[0]?.nextAt?.getFullYear()).toBeLessThan(2099);
  await save({ id, channel: { ...channel('pager'), enabled: false } });
  expect(await rows()).toMatchObject([{ state: 'failed', receipt: 'The channel was switched off.' }]);
});

test("the director tile's e-mail, PagerDuty and syslog fields are channels once they are applied", async () => {
  const director = await inTx((tx) => findStaged(tx, 'p-bosh'));
  if (!director) throw new Error('the director is not staged');
  const stage = (values: Record<string, unknown>, form: string) =>
    inTx((tx) => configureForm(tx, vault, { guid: director.guid, form, values }, ADMIN));
  const apply = () =>
    database.pool.query(
      `update staged_products set deployed_configuration = configuration, deployed_version = product_version, deployed_at = now() where slug = 'p-bosh'`,
    );
  expect(await inTx(tileRevision)).toBeNull();
  expect(await inTx((tx) => syncTileChannels(tx, vault))).toEqual([]);
  const mail = '.properties.hm_emailer_options';
  const pager = '.properties.hm_pager_duty_options';
  await stage(
    {
      [mail]: 'enabled',
      [`${mail}.enabled.host`]: 'mail.example',
      [`${mail}.enabled.port`]: 587,
      [`${mail}.enabled.domain`]: 'tessera.example',
      [`${mail}.enabled.from`]: 'tessera@example.com',
      [`${mail}.enabled.recipients`]: 'ops@example.com,on-call@example.com',
      [`${mail}.enabled.smtp_credentials`]: { identity: 'tessera', password: 'known-mail-password' },
      [pager]: 'enabled',
      [`${pager}.enabled.service_key`]: { secret: 'known-service-key' },
    },
    'director_configuration',
  );
  const syslog = '.properties.syslog_configuration';
  await stage(
    { [syslog]: 'enabled', [`${syslog}.enabled.address`]: 'logs.example', [`${syslog}.enabled.port`]: 1514 },
    'syslog_configuration',
  );
  expect(await list()).toEqual([]);
  await apply();
  expect(await inTx((tx) => syncTileChannels(tx, vault))).toEqual([]);
  expect(await list()).toMatchObject([
    {
      name: 'BOSH Director: E-mail',
      managedBy: 'p-bosh/e-mail',
      config: { host: 'mail.example', port: 587, tls: 'starttls', user: 'tessera', domain: 'tessera.example' },
      secrets: [{ field: 'password' }],
    },
    { name: 'BOSH Director: PagerDuty', managedBy: 'p-bosh/pager-duty', secrets: [{ field: 'routingKey' }] },
    { name: 'BOSH Director: Syslog', config: { host: 'logs.example', port: 1514, transport: 'tcp' } },
  ]);
  const [first] = await list();
  expect(await inTx((tx) => vault.read(tx, channelSecret(first?.id ?? '', 'password')))).toBe('known-mail-password');
  await expect(inTx((tx) => removeChannel(tx, vault, first?.id ?? '', ADMIN))).rejects.toThrow('BOSH Director tile');
  await expect(save({ id: first?.id ?? '', channel: channel('mine') })).rejects.toThrow('BOSH Director tile');

  await inTx((tx) => syncTileChannels(tx, vault));
  expect((await list()).map((one) => one.id)).toContain(first?.id);
  await stage({ [mail]: 'disabled' }, 'director_configuration');
  await apply();
  await inTx((tx) => syncTileChannels(tx, vault));
  expect((await list()).map((one) => one.name)).toEqual(['BOSH Director: PagerDuty', 'BOSH Director: Syslog']);
});
