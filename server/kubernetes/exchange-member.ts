import { quorumOf } from '#model/quorum.ts';
import { TesseraError } from '#server/platform/error.ts';
import { EtcdApi } from './etcd-api.ts';
import { type MemberNeed, planMember } from './plan-member.ts';
import type { EtcdAccess } from './read-etcd-access.ts';

type Log = (line: string) => Promise<void>;

/**
 * Goes one step towards a voting member at `address`: takes a member without data out of etcd's books and adds it as a learner, or gives a
 * learner its vote. Answers what was needed. Idempotent. Throws quorum_at_risk when the other members could not decide, kubernetes_unavailable
 * when nobody answers, and unhealthy when the only member has lost its data. `isEmpty` is asked after the books, so that a member that began to
 * run meanwhile is not taken for an empty one.
 */
export async function mendMember(
  access: EtcdAccess,
  address: string,
  options: { isEmpty: () => Promise<boolean>; signal: AbortSignal; log: Log },
): Promise<MemberNeed> {
  const { isEmpty, signal, log } = options;
  if (access.masters.length === 1 && (await isEmpty())) throw nothingToRestore();
  const api = new EtcdApi(access);
  try {
    const statuses = await api.statuses(signal);
    const answering = statuses.filter((status) => status !== null && status.leader !== null && !status.isLearner);
    const quorum = quorumOf(answering.length, access.masters.length);
    if (!quorum.isHeld && (await isEmpty())) throw noQuorum(quorum.running, quorum.total, quorum.needed);
    const own = statuses.find((status) => status?.address === address) ?? null;
    const members = await api.members(signal);
    const { need, member } = planMember(members, address, own, await isEmpty());
    if (need === 'exchange' && member) {
      await api.remove(member.id, signal);
      await log(`etcd: member_remove ${member.name || member.id}: its data is gone`);
    }
    if (need === 'exchange' || need === 'add') {
      await api.addLearner(address, signal);
      await log(`etcd: member_add ${address} as learner; ${quorum.running} others vote`);
    }
    if (need === 'promote' && member) {
      if (!(await promoted(api, member.id, signal))) return 'wait';
      await log(`etcd: member_promote ${member.name}: it votes`);
    }
    return need;
  } finally {
    await api.close();
  }
}

/** False while the learner has not caught up. */
async function promoted(api: EtcdApi, id: string, signal: AbortSignal): Promise<boolean> {
  try {
    await api.promote(id, signal);
    return true;
  } catch (thrown) {
    if (thrown instanceof TesseraError && thrown.code === 'kubernetes_refused') return false;
    throw thrown;
  }
}

function noQuorum(running: number, total: number, needed: number): TesseraError {
  return new TesseraError(
    'quorum_at_risk',
    `The data of this etcd member is gone, and only ${running} of ${total} members vote: ${needed} are needed to exchange it. Bring the other masters back first.`,
  );
}

function nothingToRestore(): TesseraError {
  return new TesseraError(
    'unhealthy',
    'The disk of the only master has no etcd data any more, and no other member has a copy: there is nothing to restore from. Workloads on the workers run on. Restore the disk, or force the recreation of this master to begin with an empty cluster.',
  );
}
