import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { instances } from '#db/schema/deployments.ts';
import { certificates } from '#db/schema/secrets.ts';
import { inTransaction } from '#db/transaction.ts';
import { appendEvent } from '#server/events/append-event.ts';
import { findInstance } from '../read-instance.ts';
import { defineStep } from '../step.ts';

/** Fences and deletes the VM of an instance (its disk stays) and revokes its certificate. */
export const deleteVm = defineStep({
  input: z.strictObject({ instance: z.string() }),
  interruptible: false,
  run: async (context, { instance }) => {
    const row = await findInstance(context.pool, instance);
    if (!row) return;
    // a VM that was made but not recorded (director killed in between) is found by its label
    const made = (await context.cpi.listVms({ signal: context.signal })).filter(
      (vm) => vm.metadata.instance === row.id,
    );
    const cids = new Set([...(row.vmCid ? [row.vmCid] : []), ...made.map((vm) => vm.cid)]);
    for (const cid of cids) {
      await context.cpi.deleteVm(cid, { signal: context.signal });
      await context.log(`cpi: delete_vm ${cid}`);
    }
    await inTransaction(context.pool, async (tx) => {
      await tx.db
        .update(instances)
        .set({
          vmCid: null,
          jobState: 'unknown',
          processes: [],
          vitals: null,
          appliedDigest: null,
          updatedAt: context.clock.now(),
        })
        .where(eq(instances.id, row.id));
      await tx.db
        .update(certificates)
        .set({ revokedAt: context.clock.now() })
        .where(eq(certificates.instanceId, row.id));
      await appendEvent(tx, 'instance.changed', `instance/${row.id}`, {
        vmCid: null,
        jobState: 'unknown',
        deployment: row.deployment,
      });
    });
  },
});
