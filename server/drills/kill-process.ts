import { TesseraError } from '#server/platform/error.ts';
import { injectInVm } from './fault-in-vm.ts';
import type { FaultKind } from './fault-kind.ts';
import { apiOutages, objectivesOf } from './objectives.ts';
import {
  carriesApi,
  checkProcess,
  expectsProcess,
  hitsOfProcess,
  nameProcess,
  processVictims,
} from './process-victims.ts';

/** What takes longer than a second to be healthy again. */
const SLOW_MS: Partial<Record<string, number>> = { flanneld: 1500, etcd: 3000, 'kube-apiserver': 3000 };

/** Process layer: SIGKILL, and its supervisor starts it again. */
export const killProcess: FaultKind = {
  title: 'Kill a process',
  candidates: processVictims,
  nobody: 'no process of this cluster is known',
  hits: (_facts, victim) => hitsOfProcess(victim),
  checks: checkProcess,
  objectives: (facts, victim) =>
    objectivesOf({
      capacityBackMs: (victim.type === 'process' && SLOW_MS[victim.process]) || 1000,
      ...(carriesApi(facts, victim) ? apiOutages(facts) : {}),
    }),
  expects: ({ victim }) => expectsProcess(victim),
  deadlineMs: 60_000,
  told: (victim) => `${nameProcess(victim)} was killed`,
  inject: (context, order) => {
    if (order.victim.type !== 'process') throw new TesseraError('invalid_input', 'The victim is no process.');
    return injectInVm(context, order, { kind: 'signal-process', process: order.victim.process, signal: 'KILL' });
  },
  undo: async () => 'a killed process is started again, not undone',
};
