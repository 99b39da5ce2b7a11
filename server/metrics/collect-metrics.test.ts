import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { useTestDatabase } from '#db/test-database.ts';
import { inTransaction } from '#db/transaction.ts';
import { newUuid } from '#server/platform/ids.ts';
import { collectMetrics } from './collect-metrics.ts';
import { opensMetrics } from './metrics-token.ts';
import { writeMetrics } from './write-metrics.ts';

const database = useTestDatabase();

/** Reads the text format 0.0.4 as strictly as Prometheus does: every sample belongs to a family told before, no sample twice. */
function parse(text: string): Map<string, number> {
  const types = new Map<string, string>();
  const samples = new Map<string, number>();
  expect(text.endsWith('\n')).toBe(true);
  for (const line of text.slice(0, -1).split('\n')) {
    const type = /^# TYPE ([a-z_]+) (gauge|counter|histogram|summary)$/.exec(line);
    if (type?.[1] && type[2]) {
      expect(types.has(type[1])).toBe(false);
      types.set(type[1], type[2]);
      continue;
    }
    if (/^# HELP [a-z_]+ \S/.test(line)) continue;
    const sample = /^([a-z_]+)((?:\{(?:[a-z_]+="(?:[^"\\\n]|\\[\\n"])*",?)+\})?) (NaN|[+-]Inf|-?[0-9.e+-]+)$/.exec(
      line,
    );
    expect(sample, `not a line of the format: ${line}`).not.toBeNull();
    const [, name = '', labels = '', value = ''] = sample ?? [];
    const family = types.has(name) ? name : name.replace(/_(bucket|sum|count)$/, '');
    expect(types.has(family), `${name} has no type`).toBe(true);
    expect(samples.has(name + labels), `${name}${labels} comes twice`).toBe(false);
    samples.set(name + labels, Number(value.replace('Inf', 'Infinity')));
  }
  return samples;
}

const collect = async (): Promise<Map<string, number>> =>
  parse(writeMetrics(await inTransaction(database.pool, (tx) => collectMetrics(tx, { streams: 3 }))));

test('an empty installation gives every family that has something to say', async () => {
  const metrics = await collect();
  expect(metrics.get('tessera_director_up')).toBe(0);
  expect(metrics.get('tessera_console_streams')).toBe(3);
  expect(metrics.get('tessera_resurrection_enabled')).toBe(1);
  expect(metrics.get('tessera_instances{state="running"}')).toBe(0);
  expect(metrics.get('tessera_alerts_open{severity="critical"}')).toBe(0);
  expect(metrics.get('tessera_recovery_seconds_count{layer="az"}')).toBe(0);
});

test('rows are counted under their labels, and histograms are cumulative', async () => {
  const { pool } = database;
  await pool.query(`insert into deployments (name, manifest) values ('service-instance_x', '{}')`);
  const instance = (index: number, state: string, health: string, heard: string) =>
    pool.query(
      `insert into instances (id, deployment, group_name, index, az, network, address, vm_type, stemcell, vm_cid, job_state, vm_health,
                              last_heard_at, processes)
       values ($1, 'service-instance_x', 'worker', $2, 'az1', 'default', '10.0.0.2', 'small', 's', 'cid', $3, $4, now() - $5::interval,
               '[{"name": "kubelet", "restarts": 2}]')`,
      [newUuid(), index, state, health, heard],
    );
  await instance(0, 'running', 'alive', '2 seconds');
  await instance(1, 'running', 'alive', '4 seconds');
  await instance(2, 'unresponsive agent', 'dead', '60 seconds');
  await pool.query(
    `insert into recoveries (layer, subject, title, cause, began_at, detected_at, recovered_at) values
       ('vm', 'instance/1', 'a', 'b', now(), now() + interval '0.4 s', now() + interval '7 s'),
       ('vm', 'instance/2', 'a', 'b', now(), now() + interval '3 s', now() + interval '15 s'),
       ('vm', 'instance/3', 'a', 'b', now(), null, null)`,
  );
  await pool.query(
    `insert into alerts (key, severity, category, subject, title, detail, handled) values ('k', 'error', 'vm', 's', 't', 'd', true)`,
  );
  await pool.query(
    `insert into tasks (kind, subject, description, user_name, state) values ('repair-instance', 's', 'd', 'tessera', 'failed')`,
  );
  const metrics = await collect();
  const vm = (le: string) => metrics.get(`tessera_recovery_seconds_bucket{layer="vm",le="${le}"}`);
  expect([vm('4'), vm('8'), vm('20'), vm('+Inf')]).toEqual([0, 1, 2, 2]);
  expect(metrics.get('tessera_recovery_seconds_sum{layer="vm"}')).toBeCloseTo(22);
  expect(metrics.get('tessera_detection_seconds_bucket{layer="vm",le="0.5"}')).toBe(1);
  expect(metrics.get('tessera_recoveries_open{layer="vm"}')).toBe(1);
  expect(metrics.get('tessera_instances{state="running"}')).toBe(2);
  expect(metrics.get('tessera_vms{health="dead"}')).toBe(1);
  expect(metrics.get('tessera_process_restarts{process="kubelet"}')).toBe(6);
  expect(metrics.get('tessera_alerts_open{severity="error"}')).toBe(1);
  expect(metrics.get('tessera_tasks{kind="repair-instance",state="failed"}')).toBe(1);
  expect(metrics.get('tessera_agent_heartbeat_age_seconds{quantile="1"}')).toBeGreaterThanOrEqual(60);
  expect(metrics.get('tessera_agent_heartbeat_age_seconds_count')).toBe(3);
});

test('labels are escaped, so that no name breaks the format', () => {
  const text = writeMetrics([
    { name: 'tessera_x', type: 'gauge', help: 'two\nlines', samples: [{ labels: { name: 'a"b\\c\nd' }, value: 1 }] },
  ]);
  expect([...parse(text)]).toEqual([['tessera_x{name="a\\"b\\\\c\\nd"}', 1]]);
});

test('only the token of the state folder opens the metrics; it is made once, for its owner only', () => {
  const state = mkdtempSync(join(tmpdir(), 'tessera-metrics-'));
  try {
    expect(opensMetrics(state, null)).toBe(false);
    expect(opensMetrics(state, 'Bearer ')).toBe(false);
    expect(opensMetrics(state, 'Bearer guess')).toBe(false);
    const file = join(state, 'metrics.token');
    const token = readFileSync(file, 'utf8').trim();
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(opensMetrics(state, `Bearer ${token}`)).toBe(true);
    expect(opensMetrics(state, `Basic ${token}`)).toBe(false);
    expect(readFileSync(file, 'utf8').trim()).toBe(token);
  } finally {
    rmSync(state, { recursive: true });
  }
});
