import { beforeEach, expect, test } from 'vitest';
import { alerts, channels, deliveries } from '#db/schema/alerts.ts';
import { clusters } from '#db/schema/clusters.ts';
import { deployments } from '#db/schema/deployments.ts';
import { drills } from '#db/schema/drills.ts';
import { audit } from '#db/schema/events.ts';
import { marks } from '#db/schema/health.ts';
import { tasks } from '#db/schema/tasks.ts';
import { useTestDatabase } from '#db/test-database.ts';
import { inTransaction, type Tx } from '#db/transaction.ts';
import type { AlertReport } from '#model/alert.ts';
import type { Actor } from '#model/role.ts';
import { newUuid } from '#server/platform/ids.ts';
import { acknowledgeAlert } from './acknowledge-alert.ts';
import { alertFailedTasks } from './alert-failed-tasks.ts';
import { countAlerts, listAlerts } from './list-alerts.ts';
import { muteAlert } from './mute-alert.ts';
import { pruneAlerts } from './prune-alerts.ts';
import { raiseAlert, resolveAlert } from './raise-alert.ts';
import { endMutes, tellCalm } from './release-held.ts';
import { resolveGone } from './resolve-gone.ts';

const database = useTestDatabase();
const ANA: Actor = { name: 'ana', userId: null, groups: ['opsman.full_control'] };
const READER: Actor = { name: 'rea', userId: null, groups: ['opsman.full_view'] };
const CLUSTER = '0b5c1c0e-6d0f-4d9b-8a53-0d6f3b0f6a11';
const DEPLOYMENT = `service-instance_${CLUSTER}`;
const DEAD: AlertReport = {
  key: 'vm:7',
  severity: 'warning',
  category: 'vm',
  subject: `drill/1`,
  deployment: DEPLOYMENT,
  title: 'worker/0 is dead',
  detail: 'The VM is off.',
  handled: true,
};

const inTx = <T>(work: (tx: Tx) => Promise<T>): Promise<T> => inTransaction(database.pool, work);
const raise = (more: Partial<AlertReport> = {}) => inTx((tx) => raiseAlert(tx, { ...DEAD, ...more }));
const resolve = (key = DEAD.key) => inTx((tx) => resolveAlert(tx, key, 'It runs again.'));
const run = (statement: string) => database.pool.query(statement);
const all = () => inTx((tx) => listAlerts(tx, { state: null, limit: 50 }));
const outbox = async (): Promise<string[]> => {
  const { rows } = await database.pool.query(
    'select c.name, d.news, d.title from deliveries d join channels c on c.id = d.channel_id order by d.id',
  );
  return rows.map((row: { name: string; news: string; title: string }) => `${row.name}: ${row.news} ${row.title}`);
};
const channel = (name: string, more: Partial<typeof channels.$inferInsert> = {}) =>
  inTx((tx) =>
    tx.db.insert(channels).values({
      id: newUuid(),
      name,
      config: { kind: 'pagerduty', url: 'https://events.example/v2', proxy: '' },
      minimumSeverity: 'warning',
      ...more,
    }),
  );
const startDrill = () =>
  inTx(async (tx) => {
    const [row] = await tx.db
      .insert(drills)
      .values({
        kind: 'vm-off',
        clusterUuid: CLUSTER,
        clusterName: 'demo',
        deployment: DEPLOYMENT,
        victim: {},
        probes: [],
        objectives: {},
        preview: {},
        state: 'running',
        userName: 'ana',
      })
      .returning({ id: drills.id });
    return row?.id ?? 0;
  });

beforeEach(async () => {
  await inTx(async (tx) => {
    for (const table of [deliveries, channels, alerts, drills, marks, tasks, clusters, deployments])
      await tx.db.delete(table);
    await tx.db.insert(deployments).values({ name: DEPLOYMENT, manifest: {} });
    await tx.db.insert(clusters).values({
      uuid: CLUSTER,
      name: 'demo',
      normalisedName: 'demo',
      planName: 'small',
      externalHostname: 'demo.test',
      port: 8443,
      masterInstances: 1,
      workerInstances: 2,
      owner: 'ana',
      kubernetesVersion: '1.36.3',
      lastAction: 'CREATE',
      lastActionState: 'succeeded',
      lastActionDescription: '',
    });
  });
});

test('one key is one alert: repeated it is counted, resolved it ends, and both are told once and marked', async () => {
  await channel('pager');
  const first = await raise();
  expect(await raise({ detail: 'Still off.' })).toBe(first);
  expect(await all()).toMatchObject([
    { id: first, state: 'open', count: 2, detail: 'Still off.', cluster: 'demo', drillId: null },
  ]);
  await resolve();
  await resolve();
  expect(await all()).toMatchObject([{ id: first, state: 'resolved', detail: 'It runs again.' }]);
  expect(await outbox()).toEqual(['pager: raised demo: worker/0 is dead', 'pager: resolved demo: worker/0 is dead']);
  const points = await inTx((tx) => tx.db.select().from(marks).orderBy(marks.id).limit(10));
  expect(points.map(({ lane, phase, subject }) => [lane, phase, subject])).toEqual([
    ['alert', 'detected', `alert/${first}`],
    ['alert', 'recovered', `alert/${first}`],
  ]);
});

test('two who find the same at once make one alert', async () => {
  const ids = await Promise.all([raise(), raise(), raise(), raise()]);
  expect(new Set(ids).size).toBe(1);
  expect(await all()).toMatchObject([{ count: 4 }]);
});

test('an alert that comes back soon is opened again; one that comes back late is a new one', async () => {
  const first = await raise();
  await resolve();
  expect(await raise()).toBe(first);
  expect(await all()).toMatchObject([{ id: first, state: 'open', count: 2, resolvedAt: null }]);
  await resolve();
  await run(`update alerts set resolved_at = now() - interval '31 minutes'`);
  expect(await raise()).not.toBe(first);
  expect(await all()).toHaveLength(2);
});

test('getting worse, or no longer being handled, is news also to who took it before', async () => {
  await channel('pager', { minimumSeverity: 'critical' });
  const id = await raise();
  await inTx((tx) => acknowledgeAlert(tx, id, ANA));
  expect(await outbox()).toEqual([]);
  await raise({ severity: 'critical', title: 'quorum lost' });
  expect(await all()).toMatchObject([{ severity: 'critical', acknowledgedBy: null }]);
  expect(await outbox()).toEqual(['pager: raised demo: quorum lost']);
  await raise({ severity: 'critical', title: 'quorum lost', handled: false });
  expect(await outbox()).toHaveLength(2);
});

test('one that comes and goes is told once as such, then held back until it is calm, then told as a sum', async () => {
  await channel('pager');
  for (let time = 0; time < 6; time += 1) {
    await raise();
    await resolve();
  }
  expect((await outbox()).map((line) => line.split(' ')[1])).toEqual([
    ...['raised', 'resolved', 'raised', 'resolved', 'raised', 'resolved'],
    'flapping',
  ]);
  expect(await all()).toMatchObject([{ flapping: true, count: 6, state: 'resolved' }]);
  expect(await inTx(tellCalm)).toBe(0);
  await run(`update alerts set opened_at = now() - interval '11 minutes', resolved_at = now() - interval '11 minutes'`);
  expect(await inTx(tellCalm)).toBe(1);
  expect((await outbox()).at(-1)).toBe('pager: calm demo: worker/0 is dead');
  expect(await all()).toMatchObject([{ flapping: false }]);
  await raise();
  expect((await outbox()).at(-1)).toContain('raised');
});

test('rules choose by severity, deployment and drill; a channel that is off gets nothing', async () => {
  await channel('all');
  await channel('worst only', { minimumSeverity: 'critical' });
  await channel('other cluster', { deployments: ['service-instance_other'] });
  await channel('this cluster', { deployments: [DEPLOYMENT] });
  await channel('off', { enabled: false });
  await raise();
  expect(await outbox()).toEqual(['all: raised demo: worker/0 is dead', 'this cluster: raised demo: worker/0 is dead']);
});

test('during a drill an alert carries it, is no reason to wake anybody, and is not mixed up with what came by itself', async () => {
  await channel('pager');
  await channel('no drills', { drills: false });
  const own = await raise();
  await resolve();
  const drill = await startDrill();
  const drilled = await raise({ handled: false, severity: 'critical' });
  expect(drilled).not.toBe(own);
  const [newest] = await all();
  expect(newest).toMatchObject({ id: drilled, drillId: drill });
  const payload = await database.pool.query('select payload, drill_id from deliveries order by id desc limit 1');
  expect(payload.rows[0]).toMatchObject({ drill_id: drill, payload: { alert: { drillId: drill } } });
  expect((await outbox()).filter((line) => line.startsWith('no drills'))).toHaveLength(2);
  expect(await inTx((tx) => countAlerts(tx, new Date()))).toEqual({ needsYou: 0, handled: 1, worst: null });
});

test('taking is told to who was told, is audited, and works once', async () => {
  await channel('pager');
  const id = await raise({ handled: false });
  expect(await inTx((tx) => countAlerts(tx, new Date()))).toEqual({ needsYou: 1, handled: 0, worst: 'warning' });
  await expect(inTx((tx) => acknowledgeAlert(tx, id, READER))).rejects.toMatchObject({ code: 'forbidden' });
  await inTx((tx) => acknowledgeAlert(tx, id, ANA));
  await expect(inTx((tx) => acknowledgeAlert(tx, id, ANA))).rejects.toThrow('ana took it already');
  expect(await all()).toMatchObject([{ acknowledgedBy: 'ana' }]);
  expect((await outbox()).map((line) => line.split(' ')[1])).toEqual(['raised', 'acknowledged']);
  const deeds = await inTx((tx) => tx.db.select().from(audit).limit(50));
  expect(deeds.map((deed) => [deed.actor, deed.action, deed.subject])).toContainEqual([
    'ana',
    'acknowledge-alert',
    `alert/${id}`,
  ]);
  await resolve();
  await expect(inTx((tx) => acknowledgeAlert(tx, id, ANA))).rejects.toThrow('it is resolved');
});

test('a muted alert stays on the page; what was held back is told when the mute ends; its end is told to who knew', async () => {
  await channel('pager');
  const id = await raise({ handled: false });
  await inTx((tx) => muteAlert(tx, id, 30, ANA));
  await raise({ severity: 'critical', handled: false });
  expect(await outbox()).toHaveLength(1);
  expect(await all()).toMatchObject([{ severity: 'critical', state: 'open' }]);
  expect(await inTx((tx) => countAlerts(tx, new Date()))).toMatchObject({ needsYou: 0 });
  expect(await inTx(endMutes)).toBe(0);
  await inTx((tx) => muteAlert(tx, id, null, ANA));
  expect(await inTx(endMutes)).toBe(1);
  expect((await outbox()).map((line) => line.split(' ')[1])).toEqual(['raised', 'raised']);
  await inTx((tx) => muteAlert(tx, id, 30, ANA));
  await resolve();
  expect((await outbox()).at(-1)).toContain('resolved');
  await expect(inTx((tx) => muteAlert(tx, id, 30, ANA))).rejects.toThrow('it is resolved');
});

test('pages of the list follow each other without gap or repetition', async () => {
  const ids: number[] = [];
  for (let n = 0; n < 7; n += 1) ids.push(await raise({ key: `vm:${n}` }));
  const first = await inTx((tx) => listAlerts(tx, { state: 'open', limit: 3 }));
  const second = await inTx((tx) => listAlerts(tx, { state: 'open', limit: 3, before: first.at(-1)?.id }));
  const third = await inTx((tx) => listAlerts(tx, { state: 'open', limit: 3, before: second.at(-1)?.id }));
  expect([...first, ...second, ...third].map((alert) => alert.id)).toEqual(ids.toReversed());
});

test('resolved alerts are forgotten after 90 days, open ones never', async () => {
  await raise({ key: 'old' });
  await resolve('old');
  await raise({ key: 'open' });
  await run(`update alerts set last_at = now() - interval '91 days'`);
  expect(await inTx(pruneAlerts)).toBe(1);
  expect(await all()).toMatchObject([{ state: 'open' }]);
});

test('a failed repair of the platform is an alert until a later one succeeds; what a person started is not', async () => {
  const task = (kind: string, userName: string, state: string) =>
    inTx((tx) =>
      tx.db.insert(tasks).values({
        kind,
        subject: 'i-1',
        description: 'Repair worker/0',
        userName,
        state,
        error: state === 'failed' ? 'the engine is full' : null,
        finishedAt: new Date(),
      }),
    );
  await task('repair-instance', 'tessera', 'failed');
  await task('create-cluster', 'ana', 'failed');
  await inTx(alertFailedTasks);
  await inTx(alertFailedTasks);
  const [alert, ...others] = await all();
  expect(others).toEqual([]);
  expect(alert).toMatchObject({ category: 'repair', count: 1, title: 'Repair worker/0 failed', handled: true });
  expect(alert?.detail).toContain('the engine is full');
  await task('repair-instance', 'tessera', 'succeeded');
  await inTx(alertFailedTasks);
  expect(await all()).toMatchObject([{ state: 'resolved' }]);
});

test('alerts of a deployment that is deleted end with it', async () => {
  await raise();
  await inTx(resolveGone);
  expect(await all()).toMatchObject([{ state: 'open' }]);
  await run('delete from deployments');
  await inTx(resolveGone);
  expect(await all()).toMatchObject([{ state: 'resolved', detail: 'What it was about has been deleted.' }]);
});
