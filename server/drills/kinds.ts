import type { DrillKind } from '#model/drill.ts';
import { azOff } from './az-off.ts';
import { deletePod } from './delete-pod.ts';
import { etcdLeader } from './etcd-leader.ts';
import type { FaultKind } from './fault-kind.ts';
import { haltMaster } from './halt-master.ts';
import { hangProcess } from './hang-process.ts';
import { killProcess } from './kill-process.ts';
import { networkCut } from './network-cut.ts';
import { vmOff, vmOffWithPod } from './vm-off.ts';

/** Every kind of drill; a forgotten one does not compile. */
export const kinds: Record<DrillKind, FaultKind> = {
  'delete-pod': deletePod,
  'kill-process': killProcess,
  'hang-process': hangProcess,
  'vm-off': vmOff,
  'vm-off-with-pod': vmOffWithPod,
  'halt-master': haltMaster,
  'etcd-leader': etcdLeader,
  'network-cut': networkCut,
  'az-off': azOff,
} satisfies Record<DrillKind, FaultKind>;
