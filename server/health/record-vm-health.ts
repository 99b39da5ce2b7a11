import { and, eq, isNull, sql } from 'drizzle-orm';
import { alerts } from '#db/schema/alerts.ts';
import { instances } from '#db/schema/deployments.ts';
import { recoveries } from '#db/schema/health.ts';
import type { Tx } from '#db/transaction.ts';
import type { VmHealth } from '#model/health.ts';
import { raiseAlert, resolveAlert } from '#server/alerts/raise-alert.ts';
import { appendEvent } from '#server/events/append-event.ts';
import { appendMark, runningDrill } from './append-mark.ts';
import { findWork } from './request-repair.ts';
import { isDown, type Watched } from './vm-case.ts';

/** What the detector decided of a VM, with wall times for people. */
export type VmNote = {
  instance: Watched;
  /** The VM it was decided of. */
  vmCid: string | null;
  health: VmHealth;
  reason: string;
  since: Date;
  /** Best known beginning of the fault. */
  beganAt: Date;
  /** Repair is on for its deployment. */
  resurrects: boolean;
  /** Write it although a task is at work on the VM. */
  insists: boolean;
};

export const alertOf = (instanceId: string): string => `vm:${instanceId}`;
const subjectOf = (instanceId: string): string => `instance/${instanceId}`;

/**
 * Writes a decision and what follows from it: row, recovery, mark, alert. Saying the same again changes nothing. `held` when a task is at work on
 * the VM this moment: what it switches off or deletes is no fault. `gone` when there is another VM by now, or none is wanted.
 */
export async function recordVmHealth(tx: Tx, note: VmNote): Promise<'written' | 'held' | 'gone'> {
  const { instance, health, reason } = note;
  const [row] = await tx.db
    .select({
      wanted: instances.wanted,
      vmCid: instances.vmCid,
      health: instances.vmHealth,
      reason: instances.vmHealthReason,
    })
    .from(instances)
    .where(eq(instances.id, instance.id))
    .limit(1)
    .for('update');
  if (row?.wanted !== 'started') return 'gone';
  const isFault = isDown(health) || health === 'partitioned';
  if (isFault && row.vmCid !== null && row.vmCid !== note.vmCid) return 'gone';
  const work = isFault ? await findWork(tx, instance.id) : null;
  if (work?.isNow && !note.insists) return 'held';
  if (row.health !== health || row.reason !== reason) {
    await tx.db
      .update(instances)
      .set({ vmHealth: health, vmHealthSince: note.since, vmHealthReason: reason })
      .where(eq(instances.id, instance.id));
    await appendEvent(tx, 'instance.changed', subjectOf(instance.id), {
      deployment: instance.deployment,
      vmHealth: health,
      vmHealthSince: note.since.toISOString(),
      vmHealthReason: reason,
    });
    if (row.health !== health) await markChange(tx, note, row.health);
  }
  if (isFault) await sayFault(tx, note, work);
  return 'written';
}

async function markChange(tx: Tx, note: VmNote, before: string): Promise<void> {
  const { instance, health, reason } = note;
  const isFenced = health === 'dead' && (before === 'hung' || before === 'partitioned');
  const phase = isFenced ? 'acting' : 'detected';
  if (!isDown(health) && health !== 'partitioned') return;
  await appendMark(tx, {
    lane: 'vm',
    phase: health === 'partitioned' ? 'note' : phase,
    deployment: instance.deployment,
    subject: subjectOf(instance.id),
    title: isFenced ? `${instance.name} is fenced` : `${instance.name} is ${health}: ${reason}`,
    at: note.since,
    data: { beganAt: note.beganAt.toISOString(), az: instance.az },
  });
  if (health !== 'partitioned') await openRecovery(tx, note);
}

async function openRecovery(tx: Tx, note: VmNote): Promise<void> {
  const { instance } = note;
  const subject = subjectOf(instance.id);
  const open = and(eq(recoveries.layer, 'vm'), eq(recoveries.subject, subject), isNull(recoveries.recoveredAt));
  const [found] = await tx.db.select({ id: recoveries.id }).from(recoveries).where(open).limit(1);
  if (found) return;
  await tx.db.insert(recoveries).values({
    layer: 'vm',
    deployment: instance.deployment,
    subject,
    title: `${instance.name} of ${instance.label}`,
    cause: note.reason,
    beganAt: note.beganAt,
    detectedAt: note.since,
    drillId: await runningDrill(tx, instance.deployment),
  });
  await appendEvent(tx, 'recovery.changed', subject, { deployment: instance.deployment, layer: 'vm' });
}

/** Raises the alert, unless it stands there with the same words. */
async function sayFault(tx: Tx, note: VmNote, work: { taskId: number; description: string } | null): Promise<void> {
  const { instance, health } = note;
  const { severity, handled, detail } = wordsOf(note, work);
  const key = alertOf(instance.id);
  const title = `${instance.name} of ${instance.label} is ${health === 'partitioned' ? 'cut off' : health}`;
  const [said] = await tx.db
    .select({ title: alerts.title, handled: alerts.handled })
    .from(alerts)
    .where(and(eq(alerts.key, key), eq(alerts.state, 'open')))
    .limit(1);
  if (said?.title === title && said.handled === handled) return;
  await raiseAlert(tx, {
    key,
    severity,
    category: 'vm',
    subject: subjectOf(instance.id),
    deployment: instance.deployment,
    title,
    detail,
    handled,
  });
}

function wordsOf(
  note: VmNote,
  work: { taskId: number; description: string } | null,
): { severity: 'error' | 'warning'; handled: boolean; detail: string } {
  const { instance, health, resurrects } = note;
  const found = `Since ${note.beganAt.toISOString()} ${note.reason} (${instance.address} in ${instance.az}).`;
  if (!resurrects) {
    const remedy = `Repair is switched off for ${instance.label}, so nothing is done. Switch it on: tessera resurrection on --deployment ${instance.deployment}`;
    return { severity: 'error', handled: false, detail: `${found} ${remedy}` };
  }
  if (work)
    return {
      severity: 'warning',
      handled: true,
      detail: `${found} Task ${work.taskId} (${work.description}) has it in hand.`,
    };
  if (health === 'partitioned')
    return {
      severity: 'error',
      handled: true,
      detail: `${found} It may serve still, so it is left alone until the partition timeout; then it is fenced and made anew. Look at the network between it and the director.`,
    };
  const deed =
    health === 'hung'
      ? 'It is being switched off, so that there are never two of it, and then made'
      : 'It is being made';
  return { severity: 'warning', handled: true, detail: `${found} ${deed} anew with the same name, address and disks.` };
}

/** A repair was asked for: noted with the fault. */
export async function recordRepairAsked(tx: Tx, instance: Watched, taskId: number, at: Date): Promise<void> {
  const subject = subjectOf(instance.id);
  await tx.db
    .update(recoveries)
    .set({ taskId, actedAt: sql`coalesce(${recoveries.actedAt}, ${at})` })
    .where(and(eq(recoveries.layer, 'vm'), eq(recoveries.subject, subject), isNull(recoveries.recoveredAt)));
  await appendMark(tx, {
    lane: 'vm',
    phase: 'acting',
    deployment: instance.deployment,
    subject,
    title: `repair of ${instance.name} began`,
    at,
    data: { taskId },
  });
}

/** The instance runs again: closes its fault and its alert. Nothing open is fine. */
export async function recordRecovered(tx: Tx, instance: Watched, at: Date): Promise<void> {
  const subject = subjectOf(instance.id);
  const closed = await tx.db
    .update(recoveries)
    .set({ recoveredAt: at })
    .where(and(eq(recoveries.layer, 'vm'), eq(recoveries.subject, subject), isNull(recoveries.recoveredAt)))
    .returning({ beganAt: recoveries.beganAt });
  for (const { beganAt } of closed) {
    await appendMark(tx, {
      lane: 'vm',
      phase: 'recovered',
      deployment: instance.deployment,
      subject,
      title: `${instance.name} runs again`,
      at,
      data: { ms: at.getTime() - beganAt.getTime() },
    });
    await appendEvent(tx, 'recovery.changed', subject, { deployment: instance.deployment, layer: 'vm' });
  }
  await resolveAlert(tx, alertOf(instance.id), `${instance.name} of ${instance.label} runs again.`);
}

/** Many VMs are well that were not known to be: their rows in one statement. */
export async function recordAlive(tx: Tx, ids: readonly string[], at: Date): Promise<void> {
  const { rows } = await tx.client.query<{ id: string; deployment: string }>(
    `update instances set vm_health = 'alive', vm_health_since = $2, vm_health_reason = ''
      where id = any($1::uuid[]) and vm_health <> 'alive' returning id, deployment`,
    [ids, at],
  );
  for (const { id, deployment } of rows)
    await appendEvent(tx, 'instance.changed', subjectOf(id), {
      deployment,
      vmHealth: 'alive',
      vmHealthSince: at.toISOString(),
      vmHealthReason: '',
    });
}
