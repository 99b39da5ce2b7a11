import { type EtcdMember, type EtcdStatus, peerUrlOf } from './etcd-api.ts';

/**
 * What a master's etcd member needs to be a voting one again. done: it votes · promote: it learns · exchange: the books know it and its data
 * is gone · add: the books do not know it · wait: it is on its way by itself.
 */
export type MemberNeed = 'done' | 'promote' | 'exchange' | 'add' | 'wait';

/** Pure. `own` is what the member itself says (null: no answer), `isEmpty` whether its data is known to be gone. */
export function planMember(
  members: EtcdMember[],
  address: string,
  own: EtcdStatus | null,
  isEmpty: boolean,
): { need: MemberNeed; member: EtcdMember | null } {
  const member = members.find((candidate) => candidate.peerUrls.includes(peerUrlOf(address))) ?? null;
  if (!member) return { need: 'add', member };
  if (isEmpty && member.hasRun) return { need: 'exchange', member };
  if (own === null || own.leader === null) return { need: 'wait', member };
  return { need: member.isLearner ? 'promote' : 'done', member };
}
