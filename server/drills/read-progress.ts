import type { DrillTimes, Victim } from '#model/drill.ts';
import type { PodView } from '#model/workload.ts';
import type { HitPod, Injected } from './drill-rows.ts';
import type { Expectation } from './fault-kind.ts';
import type { Observation } from './observe-recovery.ts';

const OUT_OF_SERVICE = 'node.kubernetes.io/out-of-service';

export type DrillBasis = { injectedAt: Date; victim: Victim; injected: Injected; expects: Expectation };

/**
 * How far recovery has come: times known before stay, new ones are added. Pure. The platform's own books (recoveries) come first, because
 * they know the moment; the state of rows fills in what they do not hold.
 */
export function readProgress(known: DrillTimes, basis: DrillBasis, seen: Observation): DrillTimes {
  const detected = known.detectedMs ?? since(basis, detectedAt(basis, seen));
  const acting = known.actingMs ?? since(basis, actingAt(basis, seen));
  const podsBack = known.podsBackMs ?? since(basis, podsBackAt(basis, seen));
  const capacityBack =
    known.capacityBackMs ?? (detected === null ? null : since(basis, capacityBackAt(basis, seen, detected)));
  return { detectedMs: detected, actingMs: acting, podsBackMs: podsBack, capacityBackMs: capacityBack };
}

/** Pods whose coming back is judged: of applications, or the one that was deleted. Those of the system may wait for the VM. */
export const judgedPods = (victim: Victim, pods: HitPod[]): HitPod[] =>
  victim.type === 'pod' ? pods : pods.filter((pod) => !pod.system && pod.keeper !== null);

function detectedAt({ victim, expects, injectedAt, injected }: DrillBasis, seen: Observation): Date | null {
  const healths: string[] = expects.healths;
  return earliest([
    ...recoveriesOf(expects, seen).map((one) => one.detectedAt),
    ...seen.instances
      .filter((one) => injected.instances.includes(one.id) && healths.includes(one.vmHealth))
      .map((one) => (one.vmHealthSince && one.vmHealthSince >= injectedAt ? one.vmHealthSince : null)),
    seen.zoneDownAt,
    victim.type === 'process' && processChanged(victim, injected, seen) ? seen.at : null,
    victim.type === 'pod' && podGone(injected, seen) ? heardAt(seen) : null,
  ]);
}

function actingAt(basis: DrillBasis, seen: Observation): Date | null {
  const { expects, injected, victim } = basis;
  const successors = judgedPods(victim, injected.pods).flatMap((pod) => successorsOf(pod, basis, seen));
  return earliest([
    ...recoveriesOf(expects, seen).map((one) => one.actedAt),
    ...seen.repairsAt,
    victim.type === 'pod' && successors.length > 0 ? heardAt(seen) : null,
  ]);
}

/** Every keeper that lost a pod has as many ready ones as before, without those that were lost. */
function podsBackAt({ victim, injected }: DrillBasis, seen: Observation): Date | null {
  const judged = judgedPods(victim, injected.pods);
  if (judged.length === 0) return null;
  const isBack = judged.every((pod) => {
    const before = injected.ready[`${pod.namespace}/${pod.keeper}`] ?? 1;
    const left = sameKeeper(pod, seen).filter((one) => one.ready && !wasHit(injected, one));
    return left.length >= before;
  });
  return isBack ? heardAt(seen) : null;
}

function capacityBackAt(basis: DrillBasis, seen: Observation, detectedMs: number): Date | null {
  const { expects, victim, injected, injectedAt } = basis;
  switch (expects.capacity) {
    case 'none':
      return null;
    case 'process': {
      const booked = recoveriesOf(expects, seen).map((one) => one.recoveredAt);
      const runs = victim.type === 'process' && processRuns(victim, injected, seen) ? seen.at : null;
      return earliest(booked) ?? runs;
    }
    case 'vms': {
      const noticed = new Date(injectedAt.getTime() + detectedMs);
      const hit = seen.instances.filter((one) => injected.instances.includes(one.id));
      const isWhole = hit.length === injected.instances.length && hit.every((one) => isBack(one, noticed, seen));
      if (!isWhole) return null;
      const booked = recoveriesOf(expects, seen);
      if (booked.some((one) => one.recoveredAt === null)) return null;
      return seen.at;
    }
  }
}

type Hit = Observation['instances'][number];

/** Its agent was heard after the fault was noticed, its jobs run, and its node takes pods again. */
function isBack(instance: Hit, noticed: Date, seen: Observation): boolean {
  if (instance.vmHealth !== 'alive' && instance.vmHealth !== 'unknown') return false;
  if (instance.jobState !== 'running' || instance.heardAt === null || instance.heardAt <= noticed) return false;
  const node = seen.workloads.nodes.find((one) => one.name === instance.node);
  return node?.status.startsWith('Ready') === true && !node.taints.some((taint) => taint.startsWith(OUT_OF_SERVICE));
}

const recoveriesOf = (expects: Expectation, seen: Observation): Observation['recoveries'] =>
  seen.recoveries.filter((one) => expects.subjects.includes(one.subject));

type ProcessVictim = Extract<Victim, { type: 'process' }>;

function processNow(victim: ProcessVictim, seen: Observation) {
  const instance = seen.instances.find((one) => one.id === victim.instance);
  return instance?.processes.find((one) => one.name === victim.process);
}

function processChanged(victim: ProcessVictim, injected: Injected, seen: Observation): boolean {
  const now = processNow(victim, seen);
  if (!now || !injected.process) return false;
  return now.restarts !== injected.process.restarts || now.pid !== injected.process.pid || now.state !== 'running';
}

function processRuns(victim: ProcessVictim, injected: Injected, seen: Observation): boolean {
  const now = processNow(victim, seen);
  if (!now || !injected.process || now.state !== 'running') return false;
  return now.restarts !== injected.process.restarts || (now.pid !== null && now.pid !== injected.process.pid);
}

const podGone = (injected: Injected, seen: Observation): boolean =>
  injected.pods.every((pod) => !seen.workloads.pods.some((one) => one.uid === pod.uid && one.status !== 'Terminating'));

const wasHit = (injected: Injected, pod: PodView): boolean => injected.pods.some((hit) => hit.uid === pod.uid);

const sameKeeper = (pod: HitPod, seen: Observation): PodView[] =>
  seen.workloads.pods.filter((one) => one.namespace === pod.namespace && one.keeper === pod.keeper);

/** Pods of the same keeper made since the injection. Kubernetes tells whole seconds. */
const successorsOf = (pod: HitPod, { injected, injectedAt }: DrillBasis, seen: Observation): PodView[] =>
  sameKeeper(pod, seen).filter(
    (one) => !wasHit(injected, one) && Date.parse(one.createdAt) >= injectedAt.getTime() - 1000,
  );

const heardAt = (seen: Observation): Date => {
  const heard = seen.workloads.heardAt;
  return heard === null ? seen.at : new Date(Math.min(seen.at.getTime(), Date.parse(heard)));
};

const earliest = (moments: (Date | null)[]): Date | null =>
  moments.filter((one) => one !== null).toSorted((one, other) => one.getTime() - other.getTime())[0] ?? null;

const since = ({ injectedAt }: DrillBasis, moment: Date | null): number | null =>
  moment === null ? null : Math.max(0, moment.getTime() - injectedAt.getTime());
