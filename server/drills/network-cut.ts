import { mastersOf, workersOf } from './drill-facts.ts';
import { cutInVm, undoInVm } from './fault-in-vm.ts';
import type { FaultKind } from './fault-kind.ts';
import { objectivesOf, objectivesOfLostVm } from './objectives.ts';
import { checkVm, expectsVm, hitsOfVm, nameVm, toVictim } from './vm-victims.ts';

const DETECT_MS = 4000;

/** VM layer: no packet between the VM and the director (it must not become two), or between it and anybody (it is as good as dead). */
export const networkCut: FaultKind = {
  title: 'Cut the network of a VM',
  candidates: (facts) => [...workersOf(facts), ...mastersOf(facts)].map(toVictim),
  nobody: 'no VM of this cluster is known',
  hits: (facts, victim, { cut }) =>
    cut === 'all'
      ? hitsOfVm(facts, victim)
      : { instances: hitsOfVm(facts, victim).instances, pods: [], members: 0, lasting: false },
  checks: (facts, victim, { cut }) => {
    const peers = facts.instances.filter((one) => victim.type === 'instance' && one.id !== victim.instance);
    if (cut === 'all' || peers.length > 0) return checkVm(facts, victim);
    return [{ name: 'Peers', verdict: 'red', sentence: 'No other VM is there to tell a cut network from a dead VM.' }];
  },
  objectives: (facts, victim, { cut }) =>
    cut === 'all'
      ? objectivesOfLostVm(facts, hitsOfVm(facts, victim), DETECT_MS)
      : objectivesOf({ detectMs: DETECT_MS + 1000 }),
  expects: ({ victim, cut }) =>
    cut === 'all'
      ? expectsVm(victim)
      : { ...expectsVm(victim, ['partitioned']), subjects: [], capacity: 'none', heals: 'by undo' },
  deadlineMs: 60_000,
  // a VM that nobody reaches can be told nothing: stopping waits for this
  undoAfterMs: 15_000,
  told: (victim, cut) =>
    cut === 'all' ? `${nameVm(victim)} was cut from every network` : `${nameVm(victim)} was cut from the director`,
  inject: cutInVm,
  undo: undoInVm,
};
