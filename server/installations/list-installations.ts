import { asc, desc, eq, inArray } from 'drizzle-orm';
import { z } from 'zod';
import { installationProducts, installations } from '#db/schema/installations.ts';
import { tasks } from '#db/schema/tasks.ts';
import type { Tx } from '#db/transaction.ts';
import type { InstallationView } from '#model/installation.ts';
import { TaskState } from '#model/task.ts';
import { TesseraError } from '#server/platform/error.ts';

const Action = z.enum(['install', 'update', 'delete']);

/** The change log: runs of Apply changes, newest first. */
export async function listInstallations(tx: Tx, page: { limit?: number } = {}): Promise<InstallationView[]> {
  const rows = await tx.db
    .select({ installation: installations, task: tasks })
    .from(installations)
    .innerJoin(tasks, eq(tasks.id, installations.taskId))
    .orderBy(desc(installations.id))
    .limit(page.limit ?? 100);
  return withProducts(tx, rows);
}

/** One run; throws not_found. */
export async function readInstallation(tx: Tx, id: number): Promise<InstallationView> {
  const rows = await tx.db
    .select({ installation: installations, task: tasks })
    .from(installations)
    .innerJoin(tasks, eq(tasks.id, installations.taskId))
    .where(eq(installations.id, id))
    .limit(1);
  const [view] = await withProducts(tx, rows);
  if (!view) throw new TesseraError('not_found', `There is no installation ${id}.`);
  return view;
}

type Row = { installation: typeof installations.$inferSelect; task: typeof tasks.$inferSelect };

async function withProducts(tx: Tx, rows: Row[]): Promise<InstallationView[]> {
  if (rows.length === 0) return [];
  const products = await tx.db
    .select()
    .from(installationProducts)
    .where(
      inArray(
        installationProducts.installationId,
        rows.map((row) => row.installation.id),
      ),
    )
    .orderBy(asc(installationProducts.guid))
    .limit(rows.length * 50);
  return rows.map(({ installation, task }) => ({
    id: installation.id,
    taskId: task.id,
    state: TaskState.parse(task.state),
    user: installation.userName,
    startedAt: task.startedAt?.toISOString() ?? null,
    finishedAt: task.finishedAt?.toISOString() ?? null,
    products: products
      .filter((product) => product.installationId === installation.id)
      .map((product) => ({
        guid: product.guid,
        slug: product.slug,
        label: product.label,
        action: Action.parse(product.action),
        version: product.productVersion,
      })),
  }));
}
