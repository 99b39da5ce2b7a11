import type { ClusterView } from '#model/cluster.ts';
import type { Plan } from '#model/plan.ts';

/** What stands where an address will be; scripts print it as it is. */
const NO_ADDRESS_YET = 'In Progress';

/** Cluster of the PKS API. */
export function clusterToWire(cluster: ClusterView, productVersion: string): Record<string, unknown> {
  return {
    name: cluster.name,
    plan_name: cluster.planName,
    last_action: cluster.lastAction,
    last_action_state: cluster.lastActionState,
    last_action_description: cluster.lastActionDescription,
    uuid: cluster.uuid,
    kubernetes_master_ips: [cluster.masterAddress ?? NO_ADDRESS_YET],
    network_profile_name: '',
    kubernetes_profile_name: '',
    compute_profile_name: '',
    k8s_version: cluster.kubernetesVersion,
    pks_version: productVersion,
    available_upgrades: [],
    parameters: {
      kubernetes_master_host: cluster.externalHostname,
      kubernetes_master_port: cluster.port,
      kubernetes_worker_instances: cluster.workerInstances,
      authorization_mode: 'rbac',
      nsxt_network_profile: '',
      custom_ca_certs: [],
      cluster_tags: [],
    },
  };
}

/** Plan of the PKS API; one key has dashes there. */
export function planToWire(plan: Plan): Record<string, unknown> {
  return {
    id: plan.id,
    name: plan.name,
    description: plan.description,
    worker_instances: plan.workerInstances,
    master_instances: plan.masterInstances,
    'allow-privileged-containers': plan.allowPrivileged,
  };
}
