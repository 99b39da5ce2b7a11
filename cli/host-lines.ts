import { z } from 'zod';
import { type ConsoleClient, ConsoleRefusal } from './console-client.ts';
import { ClusterView, InstanceView } from './console-views.ts';
import type { HostLine } from './hosts-block.ts';

const Service = z.looseObject({ guid: z.string(), apiHostname: z.string() });
const ADDRESS = /^\d+\.\d+\.\d+\.\d+$/;

/** Names of this installation and where they lead: the API to an API VM, each cluster to its master address. */
export async function readHostLines(client: ConsoleClient): Promise<HostLine[]> {
  return [...(await apiLines(client)), ...(await clusterLines(client))];
}

async function apiLines(client: ConsoleClient): Promise<HostLine[]> {
  try {
    const service = await client.query('clusters.service', Service);
    const instances = await client.query('instances.list', z.array(InstanceView), { deployment: service.guid });
    const serving = instances.find((instance) => instance.jobState === 'running') ?? instances[0];
    return serving ? [{ address: serving.address, name: service.apiHostname }] : [];
  } catch (error) {
    // before the first apply there is no API and no name
    if (error instanceof ConsoleRefusal && error.code === 'not_configured') return [];
    throw error;
  }
}

async function clusterLines(client: ConsoleClient): Promise<HostLine[]> {
  const clusters = await client.query('clusters.list', z.array(ClusterView));
  return clusters.flatMap((cluster) =>
    cluster.masterAddress === null || ADDRESS.test(cluster.externalHostname)
      ? []
      : [{ address: cluster.masterAddress, name: cluster.externalHostname }],
  );
}
