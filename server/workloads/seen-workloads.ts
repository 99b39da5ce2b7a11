import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { workloads } from '#db/schema/health.ts';
import type { Tx } from '#db/transaction.ts';

const Amount = z.object({ cpu: z.number(), memory: z.number() });

const SeenPod = z.object({
  namespace: z.string(),
  name: z.string(),
  uid: z.string(),
  status: z.string(),
  ready: z.boolean(),
  restarts: z.number(),
  node: z.string().nullable(),
  podIp: z.string().nullable(),
  keeper: z.string().nullable(),
  system: z.boolean(),
  createdAt: z.string(),
  requests: Amount,
});

const SeenNode = z.object({
  name: z.string(),
  status: z.string(),
  zone: z.string().nullable(),
  kubeletVersion: z.string(),
  internalIp: z.string().nullable(),
  osImage: z.string(),
  kernel: z.string(),
  runtime: z.string(),
  createdAt: z.string(),
  taints: z.array(z.string()),
  requests: Amount,
  allocatable: Amount,
});
export type SeenNode = z.infer<typeof SeenNode>;

const SeenWorkload = z.object({
  kind: z.string(),
  namespace: z.string(),
  name: z.string(),
  desired: z.number(),
  ready: z.number(),
});

const SeenService = z.object({
  namespace: z.string(),
  name: z.string(),
  type: z.string(),
  clusterIp: z.string(),
  ports: z.array(
    z.object({ name: z.string(), port: z.number(), nodePort: z.number().nullable(), protocol: z.string() }),
  ),
  endpoints: z.array(z.string()),
});

/** Column `seen` of `workloads`: what a cluster holds, without what only the platform knows (its VMs). */
const SeenWorkloads = z.object({
  nodes: z.array(SeenNode),
  pods: z.array(SeenPod),
  workloads: z.array(SeenWorkload),
  services: z.array(SeenService),
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
