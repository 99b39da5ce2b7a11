import type { FaultKind } from './fault-kind.ts';
import { objectivesOfLostVm } from './objectives.ts';
import { switchOff, switchOn } from './switch-vm.ts';
import { checkVm, expectsVm, hitsOfVm, nameVm, vmsWith, vmsWithout } from './vm-victims.ts';

const DETECT_MS = 1000;

const off: Omit<FaultKind, 'title' | 'candidates' | 'nobody'> = {
  hits: hitsOfVm,
  checks: checkVm,
  objectives: (facts, victim) => objectivesOfLostVm(facts, hitsOfVm(facts, victim), DETECT_MS),
  expects: ({ victim }) => expectsVm(victim),
  deadlineMs: 120_000,
  told: (victim) => `${nameVm(victim)} was switched off`,
  inject: switchOff,
  undo: switchOn,
};

/** VM layer: a VM beside the one with the pod is switched off; the pod must not notice. */
export const vmOff: FaultKind = {
  ...off,
  title: 'Switch off a VM without the pod',
  candidates: vmsWithout,
  nobody: 'every worker runs the pod in question',
};

/** VM layer: the VM under the pod is switched off; the pod must come up elsewhere. */
export const vmOffWithPod: FaultKind = {
  ...off,
  title: 'Switch off the VM with the pod',
  candidates: vmsWith,
  nobody: 'no worker runs an application pod: deploy a sample first',
};
