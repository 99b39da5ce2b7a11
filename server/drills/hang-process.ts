import { TesseraError } from '#server/platform/error.ts';
import { injectInVm, undoInVm } from './fault-in-vm.ts';
import type { FaultKind } from './fault-kind.ts';
import { objectivesOf } from './objectives.ts';
import {
  carriesApi,
  checkProcess,
  expectsProcess,
  hitsOfProcess,
  nameProcess,
  processVictims,
} from './process-victims.ts';

/** Health checks ask every second or two and believe several refusals in a row. */
const NOTICE_MS = 30_000;
const HEAL_MS = 3000;

/** Process layer: SIGSTOP. It is there, answers nobody, and only a health check can tell. */
export const hangProcess: FaultKind = {
  title: 'Hang a process',
  candidates: processVictims,
  nobody: 'no process of this cluster is known',
  hits: (_facts, victim) => hitsOfProcess(victim),
  checks: checkProcess,
  objectives: (facts, victim) =>
    objectivesOf({
      detectMs: NOTICE_MS,
      capacityBackMs: NOTICE_MS + HEAL_MS,
      ...(carriesApi(facts, victim)
        ? { apiReadOutageMs: NOTICE_MS + HEAL_MS, apiWriteOutageMs: NOTICE_MS + HEAL_MS }
        : {}),
    }),
  expects: ({ victim }) => expectsProcess(victim),
  deadlineMs: 60_000,
  told: (victim) => `${nameProcess(victim)} was made to hang`,
  inject: (context, order) => {
    if (order.victim.type !== 'process') throw new TesseraError('invalid_input', 'The victim is no process.');
    return injectInVm(context, order, { kind: 'signal-process', process: order.victim.process, signal: 'STOP' });
  },
  undo: undoInVm,
};
