import type { DrillCheck, DrillRequest, Victim } from '#model/drill.ts';
import type { PodView } from '#model/workload.ts';
import {
  applicationPods,
  type DrillFacts,
  type DrillInstance,
  findInstance,
  type Hits,
  mastersOf,
  movingPods,
  workersOf,
} from './drill-facts.ts';
import type { Expectation } from './fault-kind.ts';

export const toVictim = ({ id, name }: DrillInstance): Victim => ({ type: 'instance', instance: id, name });

/** The pod that "with the pod" and "without the pod" are about: the one asked for, or the application pod that stands most alone. */
function podInQuestion(facts: DrillFacts, request: DrillRequest): PodView | undefined {
  if (request.pod === null) return applicationPods(facts)[0];
  return facts.workloads.pods.find((pod) => `${pod.namespace}/${pod.name}` === request.pod);
}

/** Workers without that pod, the emptiest first; then masters, where others are left to carry on. */
export function vmsWithout(facts: DrillFacts, request: DrillRequest): Victim[] {
  const pod = podInQuestion(facts, request);
  const workers = workersOf(facts)
    .filter((worker) => worker.node !== pod?.node)
    .toSorted((one, other) => countApplication(facts, one) - countApplication(facts, other));
  return [...workers, ...mastersOf(facts)].map(toVictim);
}

/** The worker that runs that pod; with none asked for, every worker that runs one, the fullest first. */
export function vmsWith(facts: DrillFacts, request: DrillRequest): Victim[] {
  const pod = podInQuestion(facts, request);
  return workersOf(facts)
    .filter((worker) => (request.pod === null ? countApplication(facts, worker) > 0 : worker.node === pod?.node))
    .toSorted(
      (one, other) =>
        Number(other.node === pod?.node) - Number(one.node === pod?.node) ||
        countApplication(facts, other) - countApplication(facts, one),
    )
    .map(toVictim);
}

/** A VM that stops takes its pods and its etcd member along. */
export function hitsOfVm(facts: DrillFacts, victim: Victim): Hits {
  const instance = victim.type === 'instance' ? findInstance(facts, victim.instance) : undefined;
  if (!instance) return { instances: [], pods: [], members: 0, lasting: true };
  return {
    instances: [instance],
    pods: movingPods(facts, instance.node),
    members: instance.group === 'master' ? 1 : 0,
    lasting: true,
  };
}

export function checkVm(facts: DrillFacts, victim: Victim): DrillCheck[] {
  if (victim.type !== 'instance') return [];
  const instance = findInstance(facts, victim.instance);
  if (instance?.vmCid) return [];
  return [{ name: 'VM', verdict: 'red', sentence: `${victim.name} has no VM. Choose another one.` }];
}

export const expectsVm = (victim: Victim, healths: Expectation['healths'] = ['dead', 'hung']): Expectation => ({
  subjects: victim.type === 'instance' ? [`instance/${victim.instance}`] : [],
  healths,
  capacity: 'vms',
  heals: 'by repair',
});

export const nameVm = (victim: Victim): string => (victim.type === 'instance' ? victim.name : 'A VM');

const countApplication = (facts: DrillFacts, { node }: DrillInstance): number =>
  applicationPods(facts).filter((pod) => pod.node === node).length;
