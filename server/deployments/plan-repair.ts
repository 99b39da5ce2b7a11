import type { ChangePlan, Step } from '#model/change.ts';
import {
  applyStep,
  createSteps,
  deleteVmSteps,
  drainSteps,
  healthyStep,
  type LaneInstance,
  laneOf,
  nameOf,
} from './lanes.ts';

/** master and worker are nodes of a cluster; plain is any other instance. */
export type InstanceRole = 'master' | 'worker' | 'plain';

/** What a plan for one instance is made from. */
export type RepairFacts = { instance: LaneInstance; role: InstanceRole; watchTimeMs: number };

/** Where an instance goes: `homeAz` is the AZ it will come back to, null when this is it. */
export type Place = { az: string; homeAz: string | null };

/**
 * The same instance on a new VM with its name, address and disks; pure. The old VM is fenced before anything else, so that there are never
 * two. A worker's pods are sent away as soon as its VM is surely off; a master without its data is exchanged in etcd's books before it starts.
 */
export function planRepair(facts: RepairFacts, place: Place | null): ChangePlan {
  const { instance, role } = facts;
  const placed = place ? { ...instance, az: place.az } : instance;
  const steps = [
    ...deleteVmSteps(instance),
    ...(role === 'worker' ? [takeOutStep(instance)] : []),
    ...(place ? [placeStep(placed, place)] : []),
    ...rebuildSteps({ ...facts, instance: placed }),
  ];
  return one(`Recreate ${nameOf(instance)}${place ? ` in ${place.az}` : ''}`, placed, steps);
}

/** A living instance onto a new VM, its pods asked to leave before. `place` moves it to another AZ; `anew` gives up data that is lost. Pure. */
export function planRecreation(facts: RepairFacts, options: { place?: Place; anew?: boolean } = {}): ChangePlan {
  const { instance } = facts;
  const { place } = options;
  const placed = place ? { ...instance, az: place.az } : instance;
  const steps = [
    ...drainSteps(instance),
    ...deleteVmSteps(instance),
    ...(place ? [placeStep(placed, place)] : []),
    ...(options.anew ? [anewStep(instance)] : []),
    ...rebuildSteps({ ...facts, instance: placed }),
  ];
  return one(`${place ? 'Move' : 'Recreate'} ${nameOf(instance)}${place ? ` to ${place.az}` : ''}`, placed, steps);
}

/** Cuts the power and does nothing else: the platform must find out by itself. Pure. */
export function planPowerOff({ instance }: RepairFacts): ChangePlan {
  // not `instance`: a task that names an instance as its own would keep the detector from repairing it
  const step: Step = { kind: 'power-off-vm', title: `power off ${nameOf(instance)}`, input: { vm: instance.id } };
  return one(`Power off ${nameOf(instance)}`, instance, [step]);
}

/** Power on, jobs running, back in service; of an instance that was stopped before, the power only. Pure. */
export function planPowerOn(facts: RepairFacts, wanted: string): ChangePlan {
  const { instance } = facts;
  const steps = wanted === 'started' ? [...powerOnSteps(instance), ...startedSteps(facts)] : powerOnSteps(instance);
  return one(`Power on ${nameOf(instance)}`, instance, steps);
}

/** What starts an instance that was stopped. Pure. */
export function planStart(facts: RepairFacts): ChangePlan {
  const { instance } = facts;
  const steps = [wantedStep(instance, 'started'), ...powerOnSteps(instance), ...startedSteps(facts)];
  return one(`Start ${nameOf(instance)}`, instance, steps);
}

/** All jobs down, drained, and up again on the same VM. Pure. */
export function planRestart(facts: RepairFacts): ChangePlan {
  const { instance } = facts;
  return one(`Restart ${nameOf(instance)}`, instance, [...drainSteps(instance), ...startedSteps(facts)]);
}

/** All jobs down, drained; the VM stays and is not repaired until it is started. Pure. */
export function planStop({ instance }: RepairFacts): ChangePlan {
  return one(`Stop ${nameOf(instance)}`, instance, [wantedStep(instance, 'stopped'), ...drainSteps(instance)]);
}

function rebuildSteps(facts: RepairFacts): Step[] {
  const { instance, role } = facts;
  const exchange: Step = {
    kind: 'exchange-etcd-member',
    title: `see whether ${nameOf(instance)} has its etcd data`,
    input: { instance: instance.id },
  };
  return [...(role === 'master' ? [exchange] : []), ...createSteps(instance), ...startedSteps(facts)];
}

function startedSteps({ instance, role, watchTimeMs }: RepairFacts): Step[] {
  const name = nameOf(instance);
  const input = { instance: instance.id, watchTimeMs };
  const member: Step = { kind: 'await-etcd-member', title: `wait until etcd member ${name} votes`, input };
  const back: Step = { kind: 'return-to-service', title: `return node ${name} to service`, input };
  return [
    applyStep(instance),
    ...(role === 'master' ? [member] : []),
    healthyStep(instance, watchTimeMs, role === 'master'),
    ...(role === 'plain' ? [] : [back]),
  ];
}

const powerOnSteps = (instance: LaneInstance): Step[] => [
  { kind: 'power-on-vm', title: `power on ${nameOf(instance)}`, input: { instance: instance.id } },
  { kind: 'wait-for-agent', title: `wait for agent of ${nameOf(instance)}`, input: { instance: instance.id } },
];

const takeOutStep = (instance: LaneInstance): Step => ({
  kind: 'take-out-of-service',
  title: `send pods away from ${nameOf(instance)}`,
  input: { instance: instance.id },
});

const placeStep = (instance: LaneInstance, place: Place): Step => ({
  kind: 'place-instance',
  title: `place ${nameOf(instance)} in ${place.az}`,
  input: { instance: instance.id, ...place },
});

const wantedStep = (instance: LaneInstance, wanted: 'started' | 'stopped'): Step => ({
  kind: 'set-wanted',
  title: `want ${nameOf(instance)} ${wanted}`,
  input: { instance: instance.id, wanted },
});

const anewStep = (instance: LaneInstance): Step => ({
  kind: 'begin-anew',
  title: `give up the lost data of ${nameOf(instance)}`,
  input: { instance: instance.id },
});

function one(title: string, instance: LaneInstance, steps: Step[]): ChangePlan {
  return { stages: [{ title, batches: [[laneOf(instance, steps)]] }] };
}
