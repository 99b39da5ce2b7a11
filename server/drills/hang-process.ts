import { signalVictim, undoInVm } from './fault-in-vm.ts';
import type { FaultKind } from './fault-kind.ts';
import { objectivesOf } from './objectives.ts';
import { carriesApi, nameProcess, processFault } from './process-victims.ts';

/** Health checks ask every second or two and believe several refusals in a row. */
const NOTICE_MS = 30_000;
const HEAL_MS = 3000;

/** Process layer: SIGSTOP. It is there, answers nobody, and only a health check can tell. */
export const hangProcess: FaultKind = {
  title: 'Hang a process',
  ...processFault,
  objectives: (facts, victim) =>
    objectivesOf({
      detectMs: NOTICE_MS,
      capacityBackMs: NOTICE_MS + HEAL_MS,
      ...(carriesApi(facts, victim)
        ? { apiReadOutageMs: NOTICE_MS + HEAL_MS, apiWriteOutageMs: NOTICE_MS + HEAL_MS }
        : {}),
    }),
  told: (victim) => `${nameProcess(victim)} was made to hang`,
  inject: (context, order) => signalVictim(context, order, 'STOP'),
  undo: undoInVm,
};
