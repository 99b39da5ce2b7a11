import { z } from 'zod';
import { inTransaction } from '#db/transaction.ts';
import { mendMember } from '#server/kubernetes/exchange-member.ts';
import type { MemberNeed } from '#server/kubernetes/plan-member.ts';
import { readEtcdAccess } from '#server/kubernetes/read-etcd-access.ts';
import { TesseraError } from '#server/platform/error.ts';
import { askAgent } from '../ask-agent.ts';
import { hasPrograms, missingQuorum } from '../cluster-of.ts';
import { instanceName, readInstance } from '../read-instance.ts';
import { defineStep, type StepContext } from '../step.ts';
import { demandDisk, withLiveVm } from '../with-live-vm.ts';

const LOOK_MS = 200;
const MOST_MS = 120_000;
const LOOK_AT_DISK_MS = 3000;
const LOG_DEADLINE_MS = 5000;
/** The etcd job's last line while it has no data and may not begin; see its run script. */
const SAYS_EMPTY = 'waiting to be exchanged';

/** Waits until the etcd member of a started master votes: a learner is promoted, one whose data is gone from its disk is exchanged. */
export const awaitEtcdMember = defineStep({
  input: z.strictObject({ instance: z.string(), watchTimeMs: z.number().int().positive() }),
  interruptible: true,
  run: (context, { instance, watchTimeMs }) =>
    withLiveVm(context, instance, 'jobs', () => wait(context, instance, Math.min(watchTimeMs, MOST_MS))),
});

async function wait(context: StepContext, instance: string, deadlineMs: number): Promise<void> {
  if (!hasPrograms(context)) return;
  const { pool, vault, clock, signal } = context;
  const row = await readInstance(pool, instance);
  const access = await inTransaction(pool, (tx) => readEtcdAccess(tx, vault, row.deployment));
  const started = clock.monotonic();
  let lookedAtDisk = started;
  for (;;) {
    const isEmpty = () => saysEmpty(context, instance);
    const need = await orUnreachable(mendMember(access, row.address, { isEmpty, signal, log: context.log }));
    const waited = Math.round(clock.monotonic() - started);
    if (need === 'done') {
      await context.log(`etcd: member votes after ${waited} ms`);
      return;
    }
    if (clock.monotonic() - lookedAtDisk > LOOK_AT_DISK_MS) {
      await demandDisk(context, instance);
      lookedAtDisk = clock.monotonic();
    }
    const missing = need === 'unreachable' ? await missingQuorum(context, instance) : null;
    if (missing !== null) {
      await context.log(`etcd: ${missing} masters are up, the quorum comes with the next one; going on`, 'warn');
      return;
    }
    if (waited > deadlineMs) {
      throw new TesseraError(
        'unhealthy',
        `The etcd member of ${instanceName(row)} does not vote after ${Math.round(waited / 1000)} s (${need}). Look at the log of its etcd, then retry.`,
      );
    }
    await clock.sleep(LOOK_MS, signal);
  }
}

async function saysEmpty(context: StepContext, instance: string): Promise<boolean> {
  const { lines } = Lines.parse(
    await askAgent(context, instance, { method: 'read-log', process: 'etcd', lines: 1 }, LOG_DEADLINE_MS),
  );
  return lines.some((line) => line.includes(SAYS_EMPTY));
}

const Lines = z.object({ lines: z.array(z.string()) });

async function orUnreachable(mending: Promise<MemberNeed>): Promise<MemberNeed | 'unreachable'> {
  try {
    return await mending;
  } catch (thrown) {
    if (thrown instanceof TesseraError && thrown.code === 'kubernetes_unavailable') return 'unreachable';
    throw thrown;
  }
}
