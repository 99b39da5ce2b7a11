import { and, eq, isNull } from 'drizzle-orm';
import { recoveries } from '#db/schema/health.ts';
import type { Tx } from '#db/transaction.ts';
import { raiseAlert, resolveAlert } from '#server/alerts/raise-alert.ts';
import { appendEvent } from '#server/events/append-event.ts';
import { appendMark, runningDrill } from './append-mark.ts';
import type { Watched } from './vm-case.ts';

type About = { instance: Watched; process: string };

const subjectOf = ({ instance, process }: About): string => `process/${instance.id}/${process}`;
const openOf = (about: About) =>
  and(eq(recoveries.layer, 'process'), eq(recoveries.subject, subjectOf(about)), isNull(recoveries.recoveredAt));

/** A process ended unasked; supervision starts it again at once. */
export async function noteProcessEnd(tx: Tx, end: About & { exit: string; at: Date }): Promise<void> {
  const { instance, process, exit, at } = end;
  const { deployment } = instance;
  const subject = subjectOf(end);
  const title = `${process} of ${instance.name} ended: ${exit}`;
  await appendMark(tx, { lane: 'process', phase: 'detected', deployment, subject, title, at, data: { exit } });
  const [open] = await tx.db.select({ id: recoveries.id }).from(recoveries).where(openOf(end)).limit(1);
  if (open) return;
  await tx.db.insert(recoveries).values({
    layer: 'process',
    deployment,
    subject,
    title: `${process} of ${instance.name} of ${instance.label}`,
    cause: exit,
    beganAt: at,
    detectedAt: at,
    actedAt: at,
    drillId: await runningDrill(tx, deployment),
  });
  await appendEvent(tx, 'recovery.changed', subject, { deployment, layer: 'process' });
}

/** It runs and passes its health check again. */
export async function noteProcessRuns(tx: Tx, about: About & { at: Date }): Promise<void> {
  const { instance, process, at } = about;
  const { deployment } = instance;
  const closed = await tx.db
    .update(recoveries)
    .set({ recoveredAt: at })
    .where(openOf(about))
    .returning({ beganAt: recoveries.beganAt });
  for (const { beganAt } of closed) {
    const subject = subjectOf(about);
    await appendMark(tx, {
      lane: 'process',
      phase: 'recovered',
      deployment,
      subject,
      title: `${process} of ${instance.name} is healthy again`,
      at,
      data: { ms: at.getTime() - beganAt.getTime() },
    });
    await appendEvent(tx, 'recovery.changed', subject, { deployment, layer: 'process' });
  }
}

/** It keeps ending or never gets well; or it does again. */
export async function noteProcessFailing(tx: Tx, about: About & { ends: number; isFailing: boolean }): Promise<void> {
  const { instance, process, ends, isFailing } = about;
  const key = `process:${instance.id}:${process}`;
  if (!isFailing) return resolveAlert(tx, key, `${process} of ${instance.name} is healthy again.`);
  await raiseAlert(tx, {
    key,
    severity: 'error',
    category: 'process',
    subject: subjectOf(about),
    deployment: instance.deployment,
    title: `${process} of ${instance.name} of ${instance.label} keeps failing`,
    detail: `It ended ${ends === 1 ? 'once' : `${ends} times`} lately and does not pass its health check. It is started again each time; if it stays so, the VM is made anew. Its log: on the processes page of the instance.`,
    handled: true,
  });
}
