import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { workloads } from '#db/schema/health.ts';
import type { Tx } from '#db/transaction.ts';
import { NodeView, PodView, ServiceView, WorkloadView } from '#model/workload.ts';

const SeenNode = NodeView.omit({ instance: true });
export type SeenNode = z.infer<typeof SeenNode>;

/** Column `seen` of `workloads`: what a cluster holds, without what only the platform knows (its VMs). */
const SeenWorkloads = z.object({
  nodes: z.array(SeenNode),
  pods: z.array(PodView),
  workloads: z.array(WorkloadView),
  services: z.array(ServiceView),
});
export type SeenWorkloads = z.infer<typeof SeenWorkloads>;

export const NOTHING_SEEN: SeenWorkloads = { nodes: [], pods: [], workloads: [], services: [] };

/** What the watcher of a deployment last saw; nothing and `heardAt` null when it never heard. */
export async function readSeen(
  tx: Tx,
  deployment: string,
): Promise<{ heardAt: Date | null; problem: string | null; seen: SeenWorkloads }> {
  const [row] = await tx.db.select().from(workloads).where(eq(workloads.deployment, deployment)).limit(1);
  if (!row) return { heardAt: null, problem: null, seen: NOTHING_SEEN };
  return { heardAt: row.heardAt, problem: row.problem, seen: SeenWorkloads.parse(row.seen) };
}
