import { and, eq, inArray } from 'drizzle-orm';
import { stemcells } from '#db/schema/stemcells.ts';
import { tasks } from '#db/schema/tasks.ts';
import type { Tx } from '#db/transaction.ts';
import type { Actor } from '#model/role.ts';
import { StemcellManifest } from '#model/stemcell.ts';
import { startTask } from '#server/tasks/start-task.ts';
import { findLine } from '#stemcell/lines.ts';

/**
 * Starts the build of stemcell `<os>/<version>` unless it is ready in this release's revision, or being built. Answers the task's id, or null when
 * there is nothing to do. A director asks at its start, with the revision of its own sources (stemcell-revision.ts).
 */
export async function requestStemcell(tx: Tx, name: string, revision: string, actor: Actor): Promise<number | null> {
  findLine(name);
  const [row] = await tx.db.select().from(stemcells).where(eq(stemcells.name, name)).limit(1);
  const manifest = StemcellManifest.safeParse(row?.manifest);
  if (row?.state === 'ready' && manifest.success && manifest.data.revision === revision) return null;
  const open = await tx.db
    .select({ id: tasks.id })
    .from(tasks)
    .where(
      and(
        eq(tasks.kind, 'build-stemcell'),
        eq(tasks.subject, name),
        inArray(tasks.state, ['queued', 'running', 'cancelling']),
      ),
    )
    .limit(1);
  if (open.length > 0) return null;
  return startTask(tx, { kind: 'build-stemcell', subject: name, description: `Build stemcell ${name}` }, actor);
}
