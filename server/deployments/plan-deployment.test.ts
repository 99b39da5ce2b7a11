import { expect, test } from 'vitest';
import type { ChangePlan } from '#model/change.ts';
import { CloudConfig, EMBEDDED_VM_TYPES } from '#model/cloud-config.ts';
import { Manifest } from '#model/manifest.ts';
import { type ExistingInstance, planDeletion, planDeployment } from './plan-deployment.ts';

const cloudConfig = CloudConfig.parse({
  azs: [{ name: 'az1' }, { name: 'az2' }, { name: 'az3' }],
  networks: [{ name: 'default', subnets: [{ range: '10.0.0.0/24', gateway: '10.0.0.1', azs: ['az1', 'az2', 'az3'] }] }],
  vm_types: EMBEDDED_VM_TYPES,
});

const group = (name: string, instances: number) => ({
  name,
  instances,
  azs: ['az1', 'az2', 'az3'],
  vm_type: 'small',
  network: 'default',
  jobs: [{ name: 'kubelet', release: 'pivotal-container-service' }],
});

const cluster = (masters: number, workers: number) =>
  Manifest.parse({
    name: 'service-instance_1',
    stemcell: { os: 'trixie', version: '1.36.3' },
    instance_groups: [group('master', masters), group('worker', workers)],
    post_deploy_errands: [{ group: 'master', job: 'smoke-tests' }],
  });

let ids = 0;
const newId = (): string => `id-${ids++}`;
const kinds = (plan: ChangePlan): string[][] =>
  plan.stages.map((stage) =>
    stage.batches.flatMap((lanes) => lanes.flatMap((lane) => lane.steps.map((step) => `${lane.subject} ${step.kind}`))),
  );

/** The instances that a plan leaves behind, as the next plan finds them. */
function applied(manifest: Manifest): ExistingInstance[] {
  const plan = planDeployment({ manifest, existing: [], cloudConfig, newId });
  const rows = plan.stages[0]?.batches[0]?.[0]?.steps.find((step) => step.kind === 'save-manifest')?.input.instances;
  if (!Array.isArray(rows)) throw new Error('the plan saves no instances');
  return rows.map((row) => ({ ...row, vmCid: `vm-${row.id}` }));
}

test('a new cluster: prepare, all VMs side by side, start all side by side, errand on the first master', () => {
  const plan = planDeployment({ manifest: cluster(3, 1), existing: [], cloudConfig, newId });
  expect(plan.stages.map((stage) => stage.title)).toEqual([
    'Prepare',
    'Create 4 VMs',
    'Start 4 instances',
    'Errand smoke-tests',
  ]);
  expect(plan.stages[1]?.batches).toHaveLength(1);
  expect(plan.stages[1]?.batches[0]?.map((lane) => `${lane.subject} ${lane.az}`)).toEqual([
    'master/0 az1',
    'master/1 az2',
    'master/2 az3',
    'worker/0 az1',
  ]);
  expect(plan.diff).toEqual({
    create: ['master/0', 'master/1', 'master/2', 'worker/0'],
    update: [],
    recreate: [],
    delete: [],
  });
});

test('the same manifest again creates and deletes nothing', () => {
  const plan = planDeployment({ manifest: cluster(3, 2), existing: applied(cluster(3, 2)), cloudConfig, newId });
  expect([plan.diff.create, plan.diff.recreate, plan.diff.delete]).toEqual([[], [], []]);
});

test('an update goes canary first, then one in flight', () => {
  const plan = planDeployment({ manifest: cluster(1, 3), existing: applied(cluster(1, 3)), cloudConfig, newId });
  const workers = plan.stages.find((stage) => stage.title === 'Update worker');
  expect(workers?.batches.map((lanes) => lanes.map((lane) => lane.subject))).toEqual([
    ['worker/0'],
    ['worker/1'],
    ['worker/2'],
  ]);
});

test('another stemcell recreates VMs: drained first, disk kept', () => {
  const newer = Manifest.parse({ ...cluster(1, 1), stemcell: { os: 'trixie', version: '1.37.0' } });
  const plan = planDeployment({ manifest: newer, existing: applied(cluster(1, 1)), cloudConfig, newId });
  expect(plan.diff.recreate).toEqual(['master/0', 'worker/0']);
  expect(
    kinds(plan)
      .flat()
      .filter((kind) => kind.startsWith('master/0')),
  ).toEqual([
    'master/0 drain-instance',
    'master/0 delete-vm',
    'master/0 create-vm',
    'master/0 wait-for-agent',
    'master/0 apply-spec',
    'master/0 wait-healthy',
    'master/0 run-errand',
  ]);
});

test('fewer workers: the highest index is drained and deleted with its disk', () => {
  const plan = planDeployment({ manifest: cluster(1, 1), existing: applied(cluster(1, 2)), cloudConfig, newId });
  expect(plan.diff.delete).toEqual(['worker/1']);
  expect(kinds(plan)[1]).toEqual([
    'worker/1 drain-instance',
    'worker/1 delete-vm',
    'worker/1 delete-disk',
    'worker/1 delete-instance',
  ]);
});

test('deleting a deployment forgets each instance, then the deployment', () => {
  const plan = planDeletion('service-instance_1', applied(cluster(1, 1)));
  expect(kinds(plan)).toEqual([
    [
      'master/0 delete-vm',
      'master/0 delete-disk',
      'master/0 delete-instance',
      'worker/0 delete-vm',
      'worker/0 delete-disk',
      'worker/0 delete-instance',
    ],
    ['service-instance_1 delete-deployment'],
  ]);
});

test('an AZ or VM type that the director lacks is named before anything is made', () => {
  const strange = Manifest.parse({
    ...cluster(1, 1),
    instance_groups: [{ ...group('worker', 1), azs: ['az9'] }],
    post_deploy_errands: [],
  });
  expect(() => planDeployment({ manifest: strange, existing: [], cloudConfig, newId })).toThrow(
    'Group worker wants AZ az9, which the director does not have (it has az1, az2, az3).',
  );
  const huge = Manifest.parse({
    ...cluster(1, 1),
    instance_groups: [{ ...group('worker', 1), vm_type: 'huge' }],
    post_deploy_errands: [],
  });
  expect(() => planDeployment({ manifest: huge, existing: [], cloudConfig, newId })).toThrow(
    'Group worker wants VM type huge, which does not exist.',
  );
});
