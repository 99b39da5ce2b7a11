import { z } from 'zod';
import { type Printer, printBlock } from './print.ts';

/** Cluster of the PKS API: what the CLI shows of it. */
export const ClusterAnswer = z.looseObject({
  name: z.string(),
  plan_name: z.string(),
  uuid: z.string(),
  last_action: z.string(),
  last_action_state: z.string(),
  last_action_description: z.string(),
  kubernetes_master_ips: z.array(z.string()),
  network_profile_name: z.string().nullish(),
  kubernetes_profile_name: z.string().nullish(),
  compute_profile_name: z.string().nullish(),
  k8s_version: z.string(),
  pks_version: z.string(),
  parameters: z.looseObject({
    kubernetes_master_host: z.string(),
    kubernetes_master_port: z.number(),
    kubernetes_worker_instances: z.number(),
    cluster_tags: z.array(z.looseObject({ name: z.string(), value: z.string() })).nullish(),
  }),
});
export type ClusterAnswer = z.infer<typeof ClusterAnswer>;

export function printCluster(print: Printer, cluster: ClusterAnswer): void {
  const tags = (cluster.parameters.cluster_tags ?? []).map((tag) => `${tag.name}:${tag.value}`).join(',');
  print.line();
  printBlock(print, [
    ['PKS Version', cluster.pks_version],
    ['Name', cluster.name],
    ['K8s Version', cluster.k8s_version],
    ['Plan Name', cluster.plan_name],
    ['UUID', cluster.uuid],
    ['Last Action', cluster.last_action],
    ['Last Action State', cluster.last_action_state],
    ['Last Action Description', cluster.last_action_description],
    ['Kubernetes Master Host', cluster.parameters.kubernetes_master_host],
    ['Kubernetes Master Port', String(cluster.parameters.kubernetes_master_port)],
    ['Worker Nodes', String(cluster.parameters.kubernetes_worker_instances)],
    ['Kubernetes Master IP(s)', cluster.kubernetes_master_ips.join(', ')],
    ['Network Profile Name', cluster.network_profile_name ?? ''],
    ['Kubernetes Profile Name', cluster.kubernetes_profile_name ?? ''],
    ['Compute Profile Name', cluster.compute_profile_name ?? ''],
    ['Tags', tags],
  ]);
  print.line();
}
