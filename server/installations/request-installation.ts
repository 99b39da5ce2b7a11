import { eq, inArray, sql } from 'drizzle-orm';
import { installationProducts, installations } from '#db/schema/installations.ts';
import { tasks } from '#db/schema/tasks.ts';
import type { Tx } from '#db/transaction.ts';
import type { PendingChange } from '#model/installation.ts';
import { DIRECTOR_SLUG } from '#model/product.ts';
import type { Actor } from '#model/role.ts';
import { appendAudit } from '#server/audit/append-audit.ts';
import { appendEvent } from '#server/events/append-event.ts';
import { authorize } from '#server/identity/authorize.ts';
import { TesseraError } from '#server/platform/error.ts';
import { pendingChanges } from '#server/products/pending-changes.ts';
import { readStaged } from '#server/products/product-row.ts';
import { startTask } from '#server/tasks/start-task.ts';

/** Two presses of Apply changes take turns here; "apply" in ASCII. */
const APPLY_LOCK = 0x6170706c79;

export type ApplyRequest = { guids: 'all' | string[]; errands?: Record<string, Record<string, boolean>> | undefined };

/**
 * Apply changes: freezes the staged revision of each chosen product and starts the run. Throws busy (a run is on, named), not_configured
 * (with every fault by form), capacity, forbidden. The director comes along whenever it is not applied yet: nothing works before it.
 */
export async function requestInstallation(
  tx: Tx,
  request: ApplyRequest,
  actor: Actor,
): Promise<{ installationId: number; taskId: number }> {
  authorize(actor, 'apply-changes');
  await tx.db.execute(sql`select pg_advisory_xact_lock(${APPLY_LOCK})`);
  await refuseSecondRun(tx);
  const chosen = choose(await pendingChanges(tx), request.guids);
  refuseFaults(chosen);
  const taskId = await startTask(
    tx,
    {
      kind: 'apply-changes',
      subject: '',
      description: `Apply changes to ${chosen.map((change) => change.label).join(', ')}`,
    },
    actor,
  );
  const [row] = await tx.db
    .insert(installations)
    .values({ taskId, userName: actor.name, errands: request.errands ?? {} })
    .returning({ id: installations.id });
  if (!row) throw new Error('insert of an installation returned no row');
  await tx.db
    .update(tasks)
    .set({ subject: String(row.id) })
    .where(eq(tasks.id, taskId));
  for (const change of chosen) {
    const staged = await readStaged(tx, change.guid);
    await tx.db.insert(installationProducts).values({
      installationId: row.id,
      guid: change.guid,
      slug: change.slug,
      label: change.label,
      action: change.action,
      productVersion: change.toVersion,
      configuration: staged.configuration,
    });
    await appendEvent(tx, 'product.changed', `product/${change.guid}`, {});
  }
  await appendAudit(tx, actor, 'apply-changes', `installation/${row.id}`, {
    products: chosen.map((change) => change.guid),
  });
  await appendEvent(tx, 'installation.changed', `installation/${row.id}`, { state: 'queued' });
  return { installationId: row.id, taskId };
}

async function refuseSecondRun(tx: Tx): Promise<void> {
  const [running] = await tx.db
    .select({ id: installations.id, user: installations.userName })
    .from(installations)
    .innerJoin(tasks, eq(tasks.id, installations.taskId))
    .where(inArray(tasks.state, ['queued', 'running', 'cancelling']))
    .limit(1);
  if (!running) return;
  throw new TesseraError(
    'busy',
    `Installation ${running.id} by ${running.user} is running. Wait until it ends, or cancel it, then apply again.`,
  );
}

function choose(pending: PendingChange[], guids: ApplyRequest['guids']): PendingChange[] {
  if (pending.length === 0)
    throw new TesseraError('conflict', 'There is nothing to apply: all products are deployed as they are staged.');
  const strange = guids === 'all' ? undefined : guids.find((guid) => !pending.some((change) => change.guid === guid));
  if (strange) throw new TesseraError('not_found', `Product ${strange} has no pending changes.`);
  const director = pending.find((change) => change.slug === DIRECTOR_SLUG && change.action === 'install');
  const chosen = pending.filter((change) => guids === 'all' || guids.includes(change.guid) || change === director);
  if (chosen.length === 0) throw new TesseraError('invalid_input', 'Choose at least one product to apply.');
  return chosen;
}

function refuseFaults(chosen: PendingChange[]): void {
  const faults = chosen.flatMap((change) => change.errors.map((error) => ({ ...error, label: change.label })));
  if (faults.length === 0) return;
  const fields = Object.fromEntries(faults.map((fault) => [fault.property ?? fault.form, fault.message]));
  const sentences = faults.slice(0, 3).map((fault) => `${fault.label}: ${fault.message}`);
  const more = faults.length > 3 ? ` (and ${faults.length - 3} more)` : '';
  throw new TesseraError('not_configured', `Not ready to apply. ${sentences.join(' ')}${more}`, { fields });
}
