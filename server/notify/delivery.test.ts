import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { alerts, channels, deliveries } from '#db/schema/alerts.ts';
import { useTestDatabase } from '#db/test-database.ts';
import { inTransaction, type Tx } from '#db/transaction.ts';
import type { AlertReport } from '#model/alert.ts';
import type { Channel, ChannelConfig } from '#model/channel.ts';
import { SYSTEM_ACTOR } from '#model/role.ts';
import { WEBHOOK_TEMPLATES } from '#model/webhook-template.ts';
import { raiseAlert, resolveAlert } from '#server/alerts/raise-alert.ts';
import { systemClock } from '#server/platform/clock.ts';
import { createLog } from '#server/platform/log.ts';
import { Vault } from '#server/platform/vault.ts';
import { type HttpSink, startHttpSink } from '../../e2e/sinks/http-sink.ts';
import { type MailSink, startMailSink } from '../../e2e/sinks/mail-sink.ts';
import { runDeliveryLoop } from './delivery-loop.ts';
import { listChannels } from './list-channels.ts';
import { listDeliveries } from './list-deliveries.ts';
import { claimDelivery } from './outbox.ts';
import { saveChannel } from './save-channel.ts';
import { testChannel } from './test-channel.ts';

/** The outbox with its loop, against servers that die, refuse and come back. */
const database = useTestDatabase();
const state = mkdtempSync(join(tmpdir(), 'tessera-notify-'));
const vault = new Vault(state, 'file');
const inTx = <T>(work: (tx: Tx) => Promise<T>): Promise<T> => inTransaction(database.pool, work);
const INSTALLATION = { id: 'a1b2c3', ports: { console: 3000 } };
const SOON = { timeout: 40_000, interval: 50 };
// servers are started as processes, which takes its time on a busy machine
vi.setConfig({ testTimeout: 60_000 });

const stops: (() => Promise<void>)[] = [];
const startDirector = () => {
  const stop = new AbortController();
  const loop = runDeliveryLoop({
    pool: database.pool,
    vault,
    clock: systemClock,
    log: createLog('test', 'fatal'),
    installation: INSTALLATION,
    signal: stop.signal,
  });
  const end = async () => {
    stop.abort();
    await loop;
  };
  stops.push(end);
  return end;
};
const mailTo = (sink: { port: number }): ChannelConfig => ({
  kind: 'email',
  host: '127.0.0.1',
  port: sink.port,
  tls: 'none',
  user: '',
  domain: '',
  from: 'tessera@example.com',
  to: ['ops@example.com'],
  caPem: '',
});
const hookTo = (sink: HttpSink): ChannelConfig => ({
  kind: 'webhook',
  url: sink.url,
  body: WEBHOOK_TEMPLATES[0].body,
  contentType: 'application/json',
  caPem: '',
});
const channel = (name: string, config: ChannelConfig, more: Partial<Channel> = {}) =>
  inTx((tx) =>
    saveChannel(
      tx,
      vault,
      {
        id: null,
        channel: { name, enabled: true, config, minimumSeverity: 'info', deployments: [], drills: true, ...more },
        secrets: {},
      },
      SYSTEM_ACTOR,
    ),
  );
const DEAD: AlertReport = {
  key: 'vm:1',
  severity: 'error',
  category: 'vm',
  subject: 'az/az1',
  deployment: null,
  title: 'worker/0 is dead',
  detail: 'The VM is off.',
  handled: true,
};
const raise = (key = 'vm:1', title = DEAD.title) => inTx((tx) => raiseAlert(tx, { ...DEAD, key, title }));
const resolve = (key = 'vm:1') => inTx((tx) => resolveAlert(tx, key));
const log = () => inTx((tx) => listDeliveries(tx, { limit: 100 }));
const dueNow = () => database.pool.query(`update deliveries set next_at = now() where state = 'waiting'`);
const kept = async <T extends MailSink | HttpSink>(starting: Promise<T>): Promise<T> => {
  const sink = await starting;
  stops.push(() => sink.stop());
  return sink;
};

beforeAll(() => inTx((tx) => vault.create(tx, 'known passphrase')));
beforeEach(() =>
  inTx(async (tx) => {
    for (const table of [deliveries, alerts, channels]) await tx.db.delete(table);
  }),
);
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});
afterAll(() => rmSync(state, { recursive: true }));

test('an alert and its end arrive by mail in order, with receipts in the log', async () => {
  const sink = await kept(startMailSink());
  await channel('ops', mailTo(sink));
  await raise();
  await resolve();
  startDirector();
  await expect
    .poll(() => sink.mails.map((mail) => mail.subject), SOON)
    .toEqual(['[Tessera] error: worker/0 is dead', '[Tessera] resolved: worker/0 is dead']);
  await expect.poll(log, SOON).toMatchObject([
    { news: 'resolved', state: 'delivered', attempts: 1, receipt: expect.stringContaining('250'), nextAt: null },
    { news: 'raised', state: 'delivered', attempts: 1, receipt: expect.stringContaining('250') },
  ]);
});

test('a mail server that is down loses nothing and holds up nobody else; back again, it gets all in order', async () => {
  const down = await startMailSink();
  await down.stop();
  const hook = await kept(startHttpSink());
  await channel('down', mailTo(down));
  await channel('hook', hookTo(hook));
  startDirector();
  await raise();
  await resolve();
  await expect.poll(() => hook.posted.length, SOON).toBe(2);
  await expect
    .poll(async () => (await log()).filter((one) => one.channelName === 'down'), SOON)
    .toMatchObject([
      { news: 'resolved', state: 'waiting', attempts: 0 },
      {
        news: 'raised',
        state: 'waiting',
        attempts: 1,
        receipt: expect.stringContaining(`nothing listens at 127.0.0.1:${down.port}`),
        nextAt: expect.any(String),
      },
    ]);
  const back = await kept(startMailSink({ port: down.port }));
  await dueNow();
  await expect
    .poll(() => back.mails.map((mail) => mail.subject), SOON)
    .toEqual(['[Tessera] error: worker/0 is dead', '[Tessera] resolved: worker/0 is dead']);
});

test('what a listener refuses n times is sent again with the same key, until it takes it', async () => {
  const hook = await kept(startHttpSink((_, count) => ({ status: count <= 2 ? 503 : 200 })));
  await channel('hook', hookTo(hook));
  startDirector();
  await raise();
  for (const attempts of [1, 2]) {
    await expect
      .poll(log, SOON)
      .toMatchObject([{ state: 'waiting', attempts, receipt: expect.stringContaining('503') }]);
    await dueNow();
  }
  await expect.poll(log, SOON).toMatchObject([{ state: 'delivered', attempts: 3, receipt: '200 kept' }]);
  const keys = hook.posted.map(({ headers }) => headers['x-tessera-delivery']);
  expect(new Set(keys).size).toBe(1);
});

test('after three failures a person is told by the other channels; when it works again, that ends', async () => {
  const hook = await kept(startHttpSink());
  const broken = await kept(startHttpSink((_, count) => ({ status: count <= 3 ? 500 : 200 })));
  await channel('hook', hookTo(hook));
  const { id } = await channel('broken', hookTo(broken), { minimumSeverity: 'error' });
  startDirector();
  await raise();
  for (const attempts of [1, 2, 3]) {
    await expect.poll(async () => (await log()).find((one) => one.channelId === id)?.attempts, SOON).toBe(attempts);
    await expect.poll(async () => (await log()).find((one) => one.channelId === id)?.receipt, SOON).toContain('500');
    await dueNow();
  }
  const subjects = () => hook.posted.map(({ body }) => JSON.parse(body).subject as string);
  await expect.poll(subjects, SOON).toContain('[Tessera] warning: Notifications by broken do not arrive');
  await expect.poll(subjects, SOON).toContain('[Tessera] resolved: Notifications by broken do not arrive');
  expect(broken.posted.every(({ body }) => !body.includes('do not arrive'))).toBe(true);
});

test('after the last attempt it is given up, and what came later goes its way', async () => {
  const hook = await kept(startHttpSink(({ body }) => ({ status: body.includes('poison') ? 400 : 200 })));
  await channel('hook', hookTo(hook));
  await raise('vm:1', 'poison');
  await database.pool.query('update deliveries set attempts = 7');
  await raise('vm:2', 'other');
  startDirector();
  await expect
    .poll(async () => (await log()).filter((one) => one.title === 'poison' || one.title === 'other'), SOON)
    .toMatchObject([
      { title: 'other', state: 'delivered' },
      { title: 'poison', state: 'failed', attempts: 8, nextAt: null, receipt: expect.stringContaining('400') },
    ]);
});

test('a director that dies with an attempt under way loses nothing: the next one sends it again', async () => {
  const hook = await kept(startHttpSink());
  const { id } = await channel('hook', hookTo(hook));
  await raise();
  // claimed and never answered, as when the process is killed
  await inTx((tx) => claimDelivery(tx, vault, { key: 'hook', channelId: id, test: false }, INSTALLATION));
  startDirector();
  await sleep(1000);
  expect(await log()).toMatchObject([{ state: 'waiting', attempts: 1 }]);
  await database.pool.query(`update deliveries set next_at = next_at - interval '30 seconds'`);
  await expect.poll(log, SOON).toMatchObject([{ state: 'delivered', attempts: 2 }]);
});

test('two directors at once send each thing once', async () => {
  const hook = await kept(startHttpSink());
  await channel('hook', hookTo(hook));
  for (let n = 0; n < 20; n += 1) await raise(`vm:${n}`);
  startDirector();
  startDirector();
  await expect.poll(async () => (await log()).every((one) => one.state === 'delivered'), SOON).toBe(true);
  expect(hook.posted).toHaveLength(20);
});

test('a test is a real message, tried once and at once, also when the channel is off or has a queue', async () => {
  const down = await startMailSink();
  await down.stop();
  const { id } = await channel('ops', mailTo(down));
  startDirector();
  await raise();
  await expect.poll(async () => (await log())[0]?.attempts, SOON).toBe(1);
  await inTx((tx) => testChannel(tx, systemClock, id, SYSTEM_ACTOR));
  await expect
    .poll(async () => (await log())[0], SOON)
    .toMatchObject({ news: 'test', state: 'failed', attempts: 1, receipt: expect.stringContaining('nothing listens') });
  const back = await kept(startMailSink({ port: down.port }));
  await inTx((tx) => testChannel(tx, systemClock, id, SYSTEM_ACTOR));
  // a test that arrives shows that the channel works: what waited goes at once, without its pause
  await expect
    .poll(() => back.mails.map((mail) => mail.subject).toSorted(), SOON)
    .toEqual(['[Tessera] error: worker/0 is dead', '[Tessera] test: Test of channel ops']);
  await expect
    .poll(() => inTx(listChannels), SOON)
    .toMatchObject([{ name: 'ops', waiting: 0, last: { state: 'delivered' } }]);
});
