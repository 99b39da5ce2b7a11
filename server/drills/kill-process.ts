import { killIsNotUndone, signalVictim } from './fault-in-vm.ts';
import type { FaultKind } from './fault-kind.ts';
import { apiOutages, objectivesOf } from './objectives.ts';
import { carriesApi, nameProcess, processFault } from './process-victims.ts';

/** What takes longer than a second to be healthy again. */
const SLOW_MS: Partial<Record<string, number>> = { flanneld: 1500, etcd: 3000, 'kube-apiserver': 3000 };

/** Process layer: SIGKILL, and its supervisor starts it again. */
export const killProcess: FaultKind = {
  title: 'Kill a process',
  ...processFault,
  objectives: (facts, victim) =>
    objectivesOf({
      capacityBackMs: (victim.type === 'process' && SLOW_MS[victim.process]) || 1000,
      ...(carriesApi(facts, victim) ? apiOutages(facts) : {}),
    }),
  told: (victim) => `${nameProcess(victim)} was killed`,
  inject: (context, order) => signalVictim(context, order, 'KILL'),
  undo: killIsNotUndone,
};
