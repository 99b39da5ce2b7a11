import { randomUUID } from 'node:crypto';
import { beforeAll, expect, test } from 'vitest';
import { useConsole } from './console-fixture.ts';

const { pool, done, refused, tessera } = useConsole();
const UUID = randomUUID();
const TIMES = { detectedMs: 410, actingMs: 500, podsBackMs: 2900, capacityBackMs: 7400 };

beforeAll(async () => {
  await done('set-up', '-u', 'admin', '-p', 'correct horse', '--passphrase', 'battery staple');
  await pool.query(
    `insert into clusters (uuid, name, normalised_name, plan_name, external_hostname, port, master_instances, worker_instances, owner,
       kubernetes_version, last_action, last_action_state, last_action_description)
     values ($1, 'demo', 'demo', 'small', 'demo.test', 8443, 1, 2, 'admin', '1.36.3', 'CREATE', 'succeeded', 'done')`,
    [UUID],
  );
});

/** A drill as the director leaves it. */
async function insertDrill(verdict: string, lost: number | null = 3): Promise<number> {
  const victim = { type: 'instance', instance: 'i', name: 'worker/1' };
  const drill = {
    id: 0,
    kind: 'vm-off',
    cluster: 'demo',
    victim,
    state: 'ended',
    verdict,
    summary: `${verdict}: it ended.`,
    user: 'admin',
    createdAt: '2026-11-21T12:00:00.000Z',
    endedAt: '2026-11-21T12:00:20.000Z',
    times: TIMES,
    figures: [{ name: 'API', total: 100, failed: 2, missing: 1, outageMs: 300, longestGapMs: 200 }],
  };
  const report = {
    drill,
    headline: 'One machine was switched off.',
    story: 'It was noticed on its own.',
    results: [
      { promise: 'The fault is noticed', limit: 1000, measured: 410, unit: 'ms', met: true },
      { promise: 'Confirmed writes lost', limit: 0, measured: lost, unit: 'writes', met: false },
    ],
    writes: { acknowledged: 90, lost },
    findings: ['A second copy would help.'],
    digest: 'd'.repeat(64),
  };
  const limits = [
    'detectMs',
    'podsBackMs',
    'capacityBackMs',
    'apiReadOutageMs',
    'apiWriteOutageMs',
    'serviceOutageMs',
    'writesLost',
  ];
  const objectives = Object.fromEntries(limits.map((name) => [name, null]));
  const { rows } = await pool.query(
    `insert into drills (kind, cluster_uuid, cluster_name, deployment, victim, probes, objectives, preview, state, verdict, summary,
       user_name, ended_at, undone, times, report)
     values ('vm-off', $1, 'demo', $2, $3, '[]', $4, '{}', 'ended', $5, $6, 'admin', now(), true, $7, $8) returning id`,
    [UUID, `service-instance_${UUID}`, victim, objectives, verdict, drill.summary, TIMES, report],
  );
  return rows[0].id;
}

test('kinds of drill and their layers are listed', async () => {
  expect(await done('drill', 'kinds')).toMatch(/^Kind +Layer\ndelete-pod +pod\nkill-process +process\n/);
});

test.each([
  ['PASS', 0],
  ['FAIL', 2],
  ['NOT DETECTED', 3],
  ['STOPPED', 4],
])('%s is exit code %i', async (verdict, code) => {
  const id = await insertDrill(verdict);
  const ended = await tessera('drill', 'show', String(id), '--follow');
  expect(ended.code).toBe(code);
  expect(ended.out).toContain(`${verdict}: One machine was switched off.`);
});

test('the report shows limits, measurements and findings', async () => {
  const id = await insertDrill('FAIL');
  const report = await done('drill', 'report', String(id));
  expect(report).toMatch(/\nThe fault is noticed +1\.00 s +0\.41 s +kept\n/);
  expect(report).toMatch(/\nConfirmed writes lost +0 +3 +NOT KEPT\n/);
  expect(report).toMatch(/\nAPI +100 +2 +1 +0\.30 s +0\.20 s\n/);
  expect(report).toContain('Finding: A second copy would help.');
  expect(JSON.parse(await done('drill', 'report', String(id), '--json'))).toMatchObject({ digest: 'd'.repeat(64) });
});

test('the report says when nobody could read the writes back', async () => {
  const id = await insertDrill('FAIL', null);
  const report = await done('drill', 'report', String(id));
  expect(report).toMatch(/\nConfirmed writes lost +0 +- +NOT KEPT\n/);
  expect(report).toContain('\nWrites confirmed: 90, lost: not known\n');
});

test('drills are listed, all or of one cluster', async () => {
  expect(await done('drills')).toMatch(
    /\n\d+ +vm-off +demo +worker\/1 +ended +FAIL +0\.41 s +2\.90 s +7\.40 s +admin +<time>/,
  );
  expect(await refused('drill', 'list', '-c', 'nope')).toBe('Cluster nope not found.');
});

test('a drill of a cluster that is not fit is refused with the reasons, and says who could be hit', async () => {
  expect(await refused('drill', 'run', 'vm-off', '-c', 'demo')).toContain('Nobody to hit');
  expect(await refused('drill', 'run', 'vm-off', '-c', 'demo', '--victim', 'worker/9')).toContain('Candidates: nobody');
  expect(await refused('drill', 'run', 'vm-off', '-c', 'demo', '--limit', 'detectMs')).toContain('NAME=MILLISECONDS');
  expect(await refused('drill', 'report', '999')).toBe('There is no drill 999.');
  expect(await done('drill', 'preview', 'vm-off', '-c', 'demo')).toMatch(/^Victim: +nobody\n/);
});
