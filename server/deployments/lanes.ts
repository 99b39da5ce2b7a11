import type { Lane, Step } from '#model/change.ts';

/** What a lane is about: an instance, by its place. */
export type LaneInstance = { id: string; group: string; index: number; az: string };

/** `worker/1`: how operators name an instance. */
export const nameOf = (instance: { group: string; index: number }): string => `${instance.group}/${instance.index}`;

/** The steps of one instance, one after another. */
export const laneOf = (instance: LaneInstance, steps: Step[]): Lane => ({
  subject: nameOf(instance),
  az: instance.az,
  steps,
});

const about = (instance: LaneInstance) => ({ instance: instance.id });

export const createSteps = (instance: LaneInstance): Step[] => [
  { kind: 'create-vm', title: `create VM ${nameOf(instance)} in ${instance.az}`, input: about(instance) },
  { kind: 'wait-for-agent', title: `wait for agent of ${nameOf(instance)}`, input: about(instance) },
];

export const startSteps = (instance: LaneInstance, watchTimeMs: number): Step[] => [
  applyStep(instance),
  healthyStep(instance, watchTimeMs),
];

export const applyStep = (instance: LaneInstance): Step => ({
  kind: 'apply-spec',
  title: `start jobs of ${nameOf(instance)}`,
  input: about(instance),
});

/** `othersFirst`: go on when an instance cannot be healthy before others of its group are repaired. */
export const healthyStep = (instance: LaneInstance, watchTimeMs: number, othersFirst = false): Step => ({
  kind: 'wait-healthy',
  title: `wait until ${nameOf(instance)} is healthy`,
  input: { ...about(instance), watchTimeMs, ...(othersFirst ? { othersFirst } : {}) },
});

export const drainSteps = (instance: LaneInstance): Step[] => [
  { kind: 'drain-instance', title: `drain and stop ${nameOf(instance)}`, input: about(instance) },
];

export const deleteVmSteps = (instance: LaneInstance): Step[] => [
  { kind: 'delete-vm', title: `delete VM of ${nameOf(instance)}`, input: about(instance) },
];

export const destroySteps = (instance: LaneInstance): Step[] => [
  ...deleteVmSteps(instance),
  { kind: 'delete-disk', title: `delete disk of ${nameOf(instance)}`, input: about(instance) },
  { kind: 'delete-instance', title: `forget ${nameOf(instance)}`, input: about(instance) },
];
