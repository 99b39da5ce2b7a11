import { describe, expect, it } from 'vitest';
import type { DrillTimes, Victim } from '#model/drill.ts';
import { clusterFacts, instanceOf, NOW, podOf, processReport } from './drill-fixture.ts';
import { Injected } from './drill-rows.ts';
import { kinds } from './kinds.ts';
import type { Observation } from './observe-recovery.ts';
import { type DrillBasis, readProgress } from './read-progress.ts';

const UNKNOWN: DrillTimes = { detectedMs: null, actingMs: null, podsBackMs: null, capacityBackMs: null };
const later = (ms: number): Date => new Date(NOW.getTime() + ms);
const facts = clusterFacts(3, 2);
const WORKER: Victim = { type: 'instance', instance: 'worker-id-1', name: 'worker/1' };
const KUBELET: Victim = { type: 'process', instance: 'worker-id-0', name: 'worker/0', process: 'kubelet' };

function basisOf(kind: keyof typeof kinds, victim: Victim, injected: Partial<Injected> = {}): DrillBasis {
  const whole = Injected.parse(injected);
  const order = { victim, deployment: facts.deployment, cut: whole.cut };
  return { injectedAt: NOW, victim, injected: whole, expects: kinds[kind].expects(order, whole) };
}

function seen(ms: number, changes: Partial<Observation> = {}): Observation {
  const workloads = { ...facts.workloads, heardAt: later(ms).toISOString() };
  return {
    at: later(ms),
    instances: facts.instances,
    workloads,
    recoveries: [],
    repairsAt: [],
    zoneDownAt: null,
    ...changes,
  };
}

const booked = (
  subject: string,
  ...[detected, acted, recovered]: (number | null)[]
): Observation['recoveries'][number] => ({
  subject,
  layer: 'vm',
  detectedAt: detected == null ? null : later(detected),
  actedAt: acted == null ? null : later(acted),
  recoveredAt: recovered == null ? null : later(recovered),
});

const pods = facts.workloads.pods.filter((pod) => pod.node === 'worker-1');
const hit = {
  instances: ['worker-id-1'],
  pods: pods.map(({ namespace, name, uid, keeper, system }) => ({
    namespace,
    name,
    uid,
    keeper,
    system,
    node: 'worker-1',
  })),
  ready: { 'default/Deployment/web': 2, 'default/StatefulSet/db': 1 },
};
const moved = [
  podOf('web-1', 'worker-0'),
  podOf('web-3', 'worker-0', { createdAt: later(1200).toISOString() }),
  podOf('db-0', 'worker-0', { uid: 'uid-new', keeper: 'StatefulSet/db', createdAt: later(1300).toISOString() }),
];

describe('how far recovery has come', () => {
  it('knows nothing while the rows still say what was before the fault', () => {
    expect(readProgress(UNKNOWN, basisOf('vm-off', WORKER, hit), seen(100))).toEqual(UNKNOWN);
  });

  it('takes the moments from the books of the platform, not from when it looked', () => {
    const recoveries = [booked('instance/worker-id-1', 400, 450, null)];
    expect(readProgress(UNKNOWN, basisOf('vm-off', WORKER, hit), seen(900, { recoveries }))).toMatchObject({
      detectedMs: 400,
      actingMs: 450,
      capacityBackMs: null,
    });
  });

  it('counts pods back when each keeper has as many as before, without those that were hit', () => {
    const workloads = { ...facts.workloads, heardAt: later(2900).toISOString(), pods: moved };
    const progress = readProgress(UNKNOWN, basisOf('vm-off', WORKER, hit), seen(3000, { workloads }));
    expect(progress.podsBackMs).toBe(2900);
    const fewer = { ...workloads, pods: moved.slice(0, 2) };
    expect(
      readProgress(UNKNOWN, basisOf('vm-off', WORKER, hit), seen(3000, { workloads: fewer })).podsBackMs,
    ).toBeNull();
    const sick = { ...workloads, pods: moved.map((pod) => ({ ...pod, ready: pod.name !== 'db-0' })) };
    expect(
      readProgress(UNKNOWN, basisOf('vm-off', WORKER, hit), seen(3000, { workloads: sick })).podsBackMs,
    ).toBeNull();
  });

  it('counts a VM whole when its agent was heard after the fault was noticed, its jobs run and its node takes pods', () => {
    const known = { ...UNKNOWN, detectedMs: 400 };
    const recoveries = [booked('instance/worker-id-1', 400, 450, 7000)];
    const back = (heardMs: number, taints: string[] = []): Observation =>
      seen(7400, {
        recoveries,
        instances: facts.instances.map((one) => ({ ...one, heardAt: later(heardMs) })),
        workloads: { ...facts.workloads, nodes: facts.workloads.nodes.map((node) => ({ ...node, taints })) },
      });
    const basis = basisOf('vm-off', WORKER, hit);
    expect(readProgress(known, basis, back(7100)).capacityBackMs).toBe(7400);
    expect(readProgress(known, basis, back(300)).capacityBackMs).toBeNull();
    const taint = 'node.kubernetes.io/out-of-service=nodeshutdown:NoExecute';
    expect(readProgress(known, basis, back(7100, [taint])).capacityBackMs).toBeNull();
  });

  it('sees a process by its restarts when no book tells of it', () => {
    const process = { pid: 100, restarts: 0 };
    const basis = basisOf('kill-process', KUBELET, { process });
    const now = (changes: Parameters<typeof processReport>[1]) =>
      seen(600, { instances: [instanceOf('worker', 0, { processes: [processReport('kubelet', changes)] })] });
    expect(readProgress(UNKNOWN, basis, now({}))).toEqual(UNKNOWN);
    const ended = readProgress(UNKNOWN, basis, now({ state: 'starting', pid: null, restarts: 1 }));
    expect(ended).toMatchObject({ detectedMs: 600, capacityBackMs: null });
    expect(readProgress(ended, basis, now({ pid: 117, restarts: 1 })).capacityBackMs).toBe(600);
  });

  it('holds a cut VM noticed when it is called partitioned, and nothing else will do', () => {
    const basis = basisOf('network-cut', WORKER, { instances: ['worker-id-1'] });
    const as = (vmHealth: 'suspect' | 'partitioned') =>
      seen(4000, {
        instances: facts.instances.map((one) => ({ ...one, vmHealth, vmHealthSince: later(3200) })),
      });
    expect(readProgress(UNKNOWN, basis, as('suspect')).detectedMs).toBeNull();
    expect(readProgress(UNKNOWN, basis, as('partitioned')).detectedMs).toBe(3200);
  });

  it('never takes back what it knew', () => {
    const known = { detectedMs: 1, actingMs: 2, podsBackMs: 3, capacityBackMs: 4 };
    const recoveries = [booked('instance/worker-id-1', 400, 450, 7000)];
    expect(readProgress(known, basisOf('vm-off', WORKER, hit), seen(9000, { recoveries }))).toEqual(known);
  });
});
