import { mastersOf } from './drill-facts.ts';
import { injectInVm } from './fault-in-vm.ts';
import type { FaultKind } from './fault-kind.ts';
import { objectivesOfLostVm } from './objectives.ts';
import { switchOn } from './switch-vm.ts';
import { checkVm, expectsVm, hitsOfVm, nameVm, toVictim } from './vm-victims.ts';

/** A guest that halts stops its programs first. */
const DETECT_MS = 3000;

/** VM layer: somebody types `halt` in a master; the API and etcd go on with the others. */
export const haltMaster: FaultKind = {
  title: 'Halt a master from inside',
  candidates: (facts) => mastersOf(facts).toReversed().map(toVictim),
  nobody: 'no master of this cluster is known',
  hits: hitsOfVm,
  checks: checkVm,
  objectives: (facts, victim) => objectivesOfLostVm(facts, hitsOfVm(facts, victim), DETECT_MS),
  expects: ({ victim }) => expectsVm(victim),
  deadlineMs: 120_000,
  told: (victim) => `${nameVm(victim)} was halted from inside`,
  inject: (context, order) => injectInVm(context, order, { kind: 'halt' }),
  undo: switchOn,
};
