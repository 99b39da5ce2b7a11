import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DRILL_KINDS, type DrillPreview } from '#model/drill.ts';
import type { DrillFacts } from './drill-facts.ts';
import { clusterFacts, instanceOf, requestFor } from './drill-fixture.ts';
import { planPreview, refuseIfRed, victimName } from './plan-preview.ts';

const red = (preview: DrillPreview): string[] =>
  preview.checks.filter((check) => check.verdict === 'red').map((check) => check.name);
const proposed = (preview: DrillPreview): string => (preview.victim ? victimName(preview.victim) : 'nobody');

describe('preview of a drill', () => {
  it.each([
    ['delete-pod', 'pod default/db-0'],
    ['kill-process', 'kubelet of worker/0'],
    ['hang-process', 'kubelet of worker/0'],
    ['vm-off', 'worker/0'],
    ['vm-off-with-pod', 'worker/1'],
    ['halt-master', 'master/2'],
    ['etcd-leader', 'etcd of master/0'],
    ['network-cut', 'worker/0'],
    ['az-off', 'az1'],
  ] as const)('%s proposes %s and a healthy cluster may be drilled', (kind, victim) => {
    const preview = planPreview(clusterFacts(3, 2), requestFor(kind));
    expect(proposed(preview)).toBe(victim);
    expect(red(preview)).toEqual([]);
    expect(refuseIfRed(preview)).toEqual(preview.victim);
  });

  it('says who is hit, and which pod stands alone', () => {
    const preview = planPreview(clusterFacts(3, 2), requestFor('vm-off-with-pod'));
    expect(preview.vmsHit).toEqual(['worker/1']);
    expect(preview.podsHit.map(({ name, alone }) => ({ name, alone }))).toEqual([
      { name: 'web-2', alone: false },
      { name: 'db-0', alone: true },
    ]);
    expect(preview.objectives).toMatchObject({ detectMs: 1000, podsBackMs: 4000, capacityBackMs: 10_000 });
  });

  it('gives a pod that takes long to start the time that it took last', () => {
    const slow = clusterFacts(3, 2);
    for (const pod of slow.workloads.pods) if (pod.name === 'db-0') pod.startMs = 17_000;
    expect(planPreview(slow, requestFor('vm-off-with-pod')).objectives).toMatchObject({ podsBackMs: 19_000 });
    expect(planPreview(slow, requestFor('vm-off')).objectives).toMatchObject({ podsBackMs: 4000 });
  });

  it('asks services at a node that is not hit', () => {
    const preview = planPreview(clusterFacts(3, 2), requestFor('vm-off-with-pod'));
    const web = preview.probes.find((probe) => probe.kind === 'service');
    expect(web).toMatchObject({ url: 'http://10.0.0.20:30080/', replicas: 2, surviving: 1 });
  });

  it.each([
    ['halt-master', 1],
    ['etcd-leader', 1],
  ] as const)('refuses %s with %s master', (kind, masters) => {
    const preview = planPreview(clusterFacts(masters, 2), requestFor(kind));
    expect(red(preview)).toHaveLength(1);
    expect(() => refuseIfRed(preview)).toThrow(expect.objectContaining({ code: 'drill_refused' }));
  });

  it('lets the etcd process of the only master be killed: it is back within seconds', () => {
    const victim = { type: 'process', instance: 'master-id-0', name: 'master/0', process: 'etcd' } as const;
    const preview = planPreview(clusterFacts(1, 2), requestFor('kill-process', { victim }));
    expect(red(preview)).toEqual([]);
    expect(preview.quorum).toEqual({ before: '1 of 1, tolerates 0', after: '0 of 1, no quorum' });
    expect(preview.objectives).toMatchObject({ apiReadOutageMs: 3000, apiWriteOutageMs: 3000 });
  });

  it('refuses a second master when one is down already', () => {
    const facts = clusterFacts(3, 2);
    const instances = facts.instances.map((one) =>
      one.name === 'master/0' ? { ...one, vmHealth: 'dead' as const } : one,
    );
    expect(red(planPreview({ ...facts, instances }, requestFor('halt-master')))).toEqual([
      'Cluster is healthy now',
      'Quorum after the fault',
    ]);
  });

  it.each<[string, Partial<DrillFacts>, string]>([
    ['another drill', { drills: [{ id: 7, cluster: 'demo', kind: 'vm-off' }] }, 'Nothing else is going on'],
    ['a task', { tasks: [{ id: 9, description: 'Resize', concerns: true }] }, 'Nothing else is going on'],
    ['an alert', { alerts: [{ title: 'disk', severity: 'warning', acknowledged: false }] }, 'No open alerts'],
    ['repair off', { resurrects: false }, 'Repair is on'],
  ])('refuses beside %s', (_name, changes, check) => {
    expect(red(planPreview(clusterFacts(3, 2, changes), requestFor('vm-off')))).toEqual([check]);
  });

  it('lets other clusters have their drills and tasks, but not while a zone goes', () => {
    const changes: Partial<DrillFacts> = {
      drills: [{ id: 7, cluster: 'other', kind: 'vm-off' }],
      tasks: [{ id: 9, description: 'Resize other', concerns: false }],
    };
    expect(red(planPreview(clusterFacts(3, 2, changes), requestFor('vm-off')))).toEqual([]);
    expect(red(planPreview(clusterFacts(3, 2, changes), requestFor('az-off')))).toEqual(['Nothing else is going on']);
  });

  it('says who else lives in a zone', () => {
    const others = [{ ...instanceOf('api', 0, { az: 'az1' }), owner: 'pivotal-container-service' }];
    const preview = planPreview(clusterFacts(3, 2, { others }), requestFor('az-off'));
    expect(preview.vmsHit).toContain('pivotal-container-service api/0');
    expect(preview.checks).toContainEqual({
      name: 'Others in the zone',
      verdict: 'amber',
      sentence: 'Hit too: pivotal-container-service (api/0).',
    });
  });

  it('refuses a victim that is none, and a stale view', () => {
    const victim = { type: 'instance', instance: 'nobody', name: 'worker/9' } as const;
    expect(red(planPreview(clusterFacts(3, 2), requestFor('vm-off', { victim })))).toContain('Victim');
    const facts = clusterFacts(3, 2);
    const workloads = { ...facts.workloads, problem: 'no answer' };
    expect(red(planPreview({ ...facts, workloads }, requestFor('vm-off')))).toEqual(['We know what runs']);
  });

  it('merges limits asked for', () => {
    const objectives = { detectMs: 5000, podsBackMs: null };
    const preview = planPreview(clusterFacts(3, 2), requestFor('vm-off-with-pod', { objectives }));
    expect(preview.objectives).toMatchObject({ detectMs: 5000, podsBackMs: null, capacityBackMs: 10_000 });
  });

  it('never lets a drill of VMs or zones take the quorum, whatever is down', () => {
    const healths = fc.array(fc.constantFrom('alive', 'dead', 'hung', 'partitioned', 'suspect'), {
      minLength: 3,
      maxLength: 5,
    });
    fc.assert(
      fc.property(healths, fc.constantFrom(...DRILL_KINDS), fc.nat(9), (states, kind, nth) => {
        const facts = clusterFacts(states.length, 2);
        const instances = facts.instances.map((one, index) => ({
          ...one,
          vmHealth: states[index] ?? ('alive' as const),
        }));
        const first = planPreview({ ...facts, instances }, requestFor(kind, { cut: 'all' }));
        const victim = first.candidates[nth % first.candidates.length] ?? null;
        const preview = planPreview({ ...facts, instances }, requestFor(kind, { cut: 'all', victim }));
        const isLasting = !['kill-process', 'hang-process', 'etcd-leader'].includes(kind);
        if (isLasting && preview.quorum.after.endsWith('no quorum') && preview.quorum.after !== preview.quorum.before)
          expect(red(preview)).toContain('Quorum after the fault');
      }),
    );
  });
});
