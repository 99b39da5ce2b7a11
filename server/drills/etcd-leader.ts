import { inTransaction } from '#db/transaction.ts';
import { EtcdApi } from '#server/kubernetes/etcd-api.ts';
import { readEtcdAccess } from '#server/kubernetes/read-etcd-access.ts';
import { TesseraError } from '#server/platform/error.ts';
import { mastersOf } from './drill-facts.ts';
import { killIsNotUndone, signalVictim } from './fault-in-vm.ts';
import type { FaultKind } from './fault-kind.ts';
import { objectivesOf } from './objectives.ts';
import { checkProcess, nameProcess, processFault, toVictim } from './process-victims.ts';

const PROCESS = 'etcd';

/** Process layer: the etcd member that leads is killed; another one must lead before users notice. */
export const etcdLeader: FaultKind = {
  ...processFault,
  title: 'Kill the etcd leader',
  candidates: (facts) => mastersOf(facts).map((master) => toVictim(master, PROCESS)),
  nobody: 'no master of this cluster is known',
  checks: (facts, victim) => [
    ...checkProcess(facts, victim),
    mastersOf(facts).length > 1
      ? {
          name: 'Leader',
          verdict: 'green',
          sentence: 'Who leads is asked right before the fault; that member is hit, whichever is named here.',
        }
      : { name: 'Leader', verdict: 'red', sentence: 'One master has nobody who could lead instead: it takes three.' },
  ],
  objectives: () => objectivesOf({ capacityBackMs: 3000, apiReadOutageMs: 1200, apiWriteOutageMs: 1600 }),
  told: (victim) => `The leader of etcd (${nameProcess(victim)}) was killed`,
  aim: async ({ pool, vault, signal }, { deployment }) => {
    const access = await inTransaction(pool, (tx) => readEtcdAccess(tx, vault, deployment));
    const api = new EtcdApi(access);
    try {
      const leader = await api.leader(signal);
      const master = access.masters.find((one) => one.address === leader);
      if (!master) throw new TesseraError('drill_refused', 'etcd has no leader right now.');
      const name = master.node.replace(/-(\d+)$/, '/$1');
      return { type: 'process', instance: master.instance, name, process: PROCESS };
    } finally {
      await api.close();
    }
  },
  inject: (context, order) => signalVictim(context, order, 'KILL'),
  undo: killIsNotUndone,
};
