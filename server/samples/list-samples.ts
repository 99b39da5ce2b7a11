import { eq } from 'drizzle-orm';
import { instances } from '#db/schema/deployments.ts';
import { samples } from '#db/schema/samples.ts';
import type { Tx } from '#db/transaction.ts';
import { deploymentOfCluster } from '#model/cluster.ts';
import type { Actor } from '#model/role.ts';
import { SAMPLE_STATES, SAMPLES, type SampleId, type SampleView } from '#model/sample.ts';
import { type ClusterRow, findClusterRow } from '#server/clusters/cluster-rows.ts';
import { authorize } from '#server/identity/authorize.ts';
import { readSeen, type SeenWorkloads } from '#server/workloads/seen-workloads.ts';
import { knownSamples } from './known-samples.ts';
import type { Sample } from './sample.ts';
import { manifestOf, readSampleImage } from './sample-image.ts';

/** Every sample with its state on the cluster. Throws not_found, forbidden. */
export async function listSamples(tx: Tx, cluster: string, actor: Actor): Promise<SampleView[]> {
  const row = await findClusterRow(tx, cluster, 'read');
  authorize(actor, 'view-cluster', { ownedBy: row.owner });
  return readSamples(tx, row);
}

/** As listSamples, for callers who looked at rights already. */
export async function readSamples(tx: Tx, cluster: Pick<ClusterRow, 'uuid'>): Promise<SampleView[]> {
  const rows = await tx.db.select().from(samples).where(eq(samples.clusterUuid, cluster.uuid)).limit(SAMPLES.length);
  const nodes = await nodesOf(tx, deploymentOfCluster(cluster.uuid));
  const views: SampleView[] = [];
  for (const id of SAMPLES) {
    const sample = knownSamples[id];
    const row = rows.find((candidate) => candidate.sample === id);
    views.push({
      id,
      name: sample.name,
      description: sample.description,
      manifest: manifestOf(sample, await readSampleImage(tx, sample)),
      requests: sample.requests,
      state: SAMPLE_STATES.find((state) => state === row?.state) ?? null,
      taskId: row?.taskId ?? null,
      addresses: row?.nodePort ? addressesOf(sample, nodes, row.nodePort) : [],
      dataCheck: sample.dataCheck,
    });
  }
  return views;
}

/** One sample's view; `cluster` as in readSamples. */
export async function readSample(tx: Tx, cluster: Pick<ClusterRow, 'uuid'>, id: SampleId): Promise<SampleView> {
  const found = (await readSamples(tx, cluster)).find((view) => view.id === id);
  if (!found) throw new Error(`sample ${id} is not in the list of samples`);
  return found;
}

type Nodes = { workers: { name: string; address: string }[]; seen: SeenWorkloads };

async function nodesOf(tx: Tx, deployment: string): Promise<Nodes> {
  const { seen } = await readSeen(tx, deployment);
  const rows = await tx.db
    .select({ group: instances.groupName, index: instances.index, address: instances.address })
    .from(instances)
    .where(eq(instances.deployment, deployment))
    .limit(1000);
  const workers = rows
    .filter((row) => row.group === 'worker')
    .sort((a, b) => a.index - b.index)
    .map((row) => ({ name: `${row.group}-${row.index}`, address: row.address }));
  return { workers, seen };
}

/** Every worker's, those first that are Ready and run a pod of it: the port answers on all, and these answer soonest. */
function addressesOf(sample: Sample, { workers, seen }: Nodes, nodePort: number): string[] {
  const keeper = `${sample.keeper.kind}/${sample.keeper.name}`;
  const rank = ({ name }: { name: string }): number => {
    const ready = seen.nodes.some((node) => node.name === name && node.status === 'Ready');
    const hosts = seen.pods.some((pod) => pod.node === name && pod.keeper === keeper && pod.ready);
    return (ready ? 0 : 2) + (hosts ? 0 : 1);
  };
  return workers.toSorted((a, b) => rank(a) - rank(b)).map(({ address }) => `http://${address}:${nodePort}`);
}
