import { z } from 'zod';
import { inTransaction } from '#db/transaction.ts';
import { mendMember } from '#server/kubernetes/exchange-member.ts';
import { readEtcdAccess } from '#server/kubernetes/read-etcd-access.ts';
import { hasPrograms } from '../cluster-of.ts';
import { readInstance } from '../read-instance.ts';
import { defineStep } from '../step.ts';

/**
 * Before a master gets a new VM: with its disk its etcd member rejoins by itself; without, the member is exchanged for a learner in etcd's
 * books, provided that the others can decide. A single master without its disk stops here: an empty cluster must not pass for a repaired one.
 */
export const exchangeEtcdMember = defineStep({
  input: z.strictObject({ instance: z.string() }),
  interruptible: false,
  run: async (context, { instance }) => {
    const { pool, vault, cpi, signal } = context;
    const row = await readInstance(pool, instance);
    if (row.diskCid && (await cpi.hasDisk(row.diskCid, { signal }))) {
      await context.log(`cpi: has_disk ${row.diskCid}: its etcd member rejoins with its data`);
      return;
    }
    if (row.seededAt === null || !hasPrograms(context)) return;
    await context.log(`cpi: disk ${row.diskCid ?? ''} is gone, and the data of its etcd member with it`, 'warn');
    const access = await inTransaction(pool, (tx) => readEtcdAccess(tx, vault, row.deployment));
    await mendMember(access, row.address, { isEmpty: async () => true, signal, log: context.log });
  },
});
