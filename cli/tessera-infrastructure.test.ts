import { beforeAll, describe, expect, test } from 'vitest';
import { useConsole } from './console-fixture.ts';

const fixture = useConsole();
const { pool, done, refused } = fixture;
const UUID = '5f3ad7a0-5f8e-4b5b-a34c-0a4ba6b8d111';
const BLUE = `service-instance_${UUID}`;
const id = (last: number) => `00000000-0000-4000-8000-00000000000${last}`;
const PROCESS = {
  name: 'etcd',
  job: 'etcd',
  state: 'running',
  pid: 77,
  uptimeSeconds: 93_784,
  memoryKib: 40_960,
  cpuPercent: 1.5,
  restarts: 2,
  lastExit: 'killed by SIGKILL',
};

beforeAll(async () => {
  await done('set-up', '-u', 'admin', '-p', 'correct horse', '--passphrase', 'battery staple');
  await pool.query(
    `insert into clusters (uuid, name, normalised_name, plan_name, external_hostname, port, worker_instances, master_instances, owner, kubernetes_version, last_action, last_action_state, last_action_description) values ($1, 'blue', 'blue', 'small', 'blue.example.com', 8443, 1, 1, 'admin', '1.36.3', 'CREATE', 'succeeded', 'done')`,
    [UUID],
  );
  await pool.query(`insert into deployments (name, cluster_uuid, manifest) values ($1, $2, '{}')`, [BLUE, UUID]);
  await pool.query(`insert into deployments (name, manifest) values ('other', '{}')`);
  const [master, worker] = [
    { instance: id(1), deployment: BLUE, group: 'master', az: 'az1', address: '10.99.0.21', power: 'on' },
    { instance: id(2), deployment: BLUE, group: 'worker', az: 'az2', address: '10.99.0.22', power: 'off' },
  ];
  await addVm(master, 'running', [PROCESS]);
  await addVm(worker, 'failing', [{ ...PROCESS, state: 'failing' }]);
  await addVm({ ...worker, instance: id(3), deployment: 'other', address: '10.99.0.23', power: 'on' }, 'running', []);
  await pool.query(`insert into az_states (name, state, power) values ('az1', 'up', 'on')`);
});

type Vm = { instance: string; deployment: string; group: string; az: string; address: string; power: string };

async function addVm(vm: Vm, job: string, processes: unknown[]): Promise<void> {
  const { instance, deployment, group, az, address, power } = vm;
  const cid = `a1b2c3-${group}-${address.slice(-2)}`;
  await pool.query(
    `insert into instances (id, deployment, group_name, index, az, network, address, vm_type, stemcell, job_state, processes, vm_cid, vm_health) values ($1, $2, $3, 0, $4, 'default', $5, 'small', 's', $6, $7, $8, 'alive')`,
    [instance, deployment, group, az, address, job, JSON.stringify(processes), cid],
  );
  await pool.query(
    `insert into infrastructure_vms (cid, instance_id, deployment, group_name, index, az, address, power, created_at, changed_at) values ($1, $2, $3, $4, 0, $5, $6, $7, now(), now())`,
    [cid, instance, deployment, group, az, address, power],
  );
}

/** Cells of a table, each line of it a list. */
const cells = (out: string) => out.split('\n').map((line) => line.split(/ {2,}/));
const lastTask = async () =>
  (await pool.query(`select kind, subject, description, input from tasks order by id desc limit 1`)).rows[0];

describe('instances --ps', () => {
  test('is laid out as BOSH does, with what is known of each process', async () => {
    const lines = cells(await done('instances', '-d', BLUE, '--ps'));
    expect(lines[0]?.slice(0, 6)).toEqual(['Instance', 'Process', 'Process State', 'AZ', 'IPs', 'Deployment']);
    expect(lines[1]?.slice(0, 6)).toEqual([`master/${id(1)}`, '-', 'running', 'az1', '10.99.0.21', BLUE]);
    expect(lines[2]).toEqual([
      '~',
      'etcd',
      'running',
      '-',
      '-',
      '-',
      '77',
      '1d 2h 3m 4s',
      '1.5%',
      '40 MiB',
      '2',
      'killed by SIGKILL',
    ]);
    expect(lines.at(-1)).toEqual(['2 instances']);
  });

  test('with --failing shows only what does not run', async () => {
    const out = await done('instances', '-d', BLUE, '--ps', '--failing');
    expect(out).toContain(`worker/${id(2)}`);
    expect(out).not.toContain('master/');
    expect(out).toContain('1 instances');
  });
});

describe('vms', () => {
  test('lists what the infrastructure says, of a cluster by its name, and finds by address', async () => {
    const lines = cells(await done('vms', '-d', 'blue'));
    expect(lines[1]).toEqual([
      `master/${id(1)}`,
      'running',
      'az1',
      '10.99.0.21',
      'a1b2c3-master-21',
      'small',
      'on',
      'alive',
      BLUE,
    ]);
    expect(lines[2]?.[6]).toBe('off');
    expect(lines.at(-1)).toEqual(['2 vms']);
    expect(await done('vms', '--search', '10.99.0.23')).toContain('1 vms');
  });

  test.each([
    ['power-off', 'master/0', id(1), 'power-off'],
    ['power-on', '10.99.0.22', id(2), 'power-on'],
    ['recreate', 'a1b2c3-worker-22', id(2), 'recreate'],
    ['restart', `worker/${id(3)}`, id(3), 'restart'],
  ])('%s %s starts the task of its instance', async (command, word, instance, action) => {
    await pool.query(`update tasks set state = 'succeeded'`);
    const out = await done(command, word, ...(instance === id(1) ? ['--force'] : []));
    expect(out).toMatch(/^Task \d+$/);
    expect(await lastTask()).toMatchObject({ kind: 'change-instance', subject: instance, input: { action } });
  });

  test('a word that means two VMs, or none, is refused with what to do', async () => {
    expect(await refused('power-off', 'worker/0')).toContain('Name one with -d');
    expect(await refused('power-off', 'worker/9')).toContain('tessera vms');
    expect(await refused('power-off', 'master/0')).toContain('masters');
  });

  test('an AZ is switched with a reason', async () => {
    await done('az-power', 'az1', 'off', '--reason', 'power test');
    expect(await lastTask()).toMatchObject({
      kind: 'switch-az',
      subject: 'az1',
      description: 'Switch AZ az1 off: power test',
    });
    expect(await refused('az-power', 'az1', 'maybe')).toContain('on or off');
  });
});
