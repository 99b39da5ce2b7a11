import { type Cidr, containsAddress, formatAddress, parseCidr } from '#model/cidr.ts';
import type { CloudConfig } from '#model/cloud-config.ts';
import { type ClusterView, deploymentOfCluster } from '#model/cluster.ts';
import type { InstanceGroup, Manifest, ManifestJob } from '#model/manifest.ts';
import type { Plan } from '#model/plan.ts';
import { TesseraError } from '#server/platform/error.ts';
import { clusterVariables } from './cluster-variables.ts';

/** What the deployed Container Service says of all its clusters. */
export type ClusterService = {
  /** Version of the tile, whose jobs clusters run. */
  productVersion: string;
  stemcell: { os: string; version: string };
  /** Network of masters and workers. */
  network: string;
  podNetworkCidr: string;
  serviceNetworkCidr: string;
};

/** Name of the address in the manifest that the API of a cluster answers at. */
export const masterAddressName = 'vip';

const TILE = 'pivotal-container-service';
/** Kubernetes' own Service takes the first address, DNS the tenth, as everywhere. */
const DNS_HOST = 10;

type Facts = {
  deployment: string;
  cluster: Pick<ClusterView, 'uuid' | 'name' | 'externalHostname' | 'port' | 'workerInstances'>;
  plan: Plan;
  service: ClusterService;
  clusterDns: string;
  vmTypes: CloudConfig['vm_types'];
};

/**
 * Cluster row + plan + what the Container Service says → the deployment `service-instance_<uuid>`. Pure; secrets are references.
 * Throws invalid_input for a CIDR that is none, or a VM type that the cloud config lacks.
 */
export function planCluster(input: {
  cluster: Facts['cluster'];
  plan: Plan;
  cloudConfig: CloudConfig;
  service: ClusterService;
}): Manifest {
  const { cluster, plan, service } = input;
  const services = readCidr('Service network', service.serviceNetworkCidr);
  readCidr('pod network', service.podNetworkCidr);
  const facts: Facts = {
    deployment: deploymentOfCluster(cluster.uuid),
    cluster,
    plan,
    service,
    clusterDns: hostOf(services, DNS_HOST),
    vmTypes: input.cloudConfig.vm_types,
  };
  return {
    name: facts.deployment,
    stemcell: service.stemcell,
    releases: [{ name: TILE, version: service.productVersion }],
    // one at a time: two masters of three at once would cost the quorum
    update: { canaries: 1, max_in_flight: 1, update_watch_time: 300_000 },
    addresses: [{ name: masterAddressName, network: service.network }],
    instance_groups: [masters(facts), workers(facts)],
    variables: clusterVariables({
      externalHostname: cluster.externalHostname,
      firstServiceAddress: hostOf(services, 1),
    }),
    post_deploy_errands: [
      { group: 'master', job: 'apply-addons' },
      { group: 'master', job: 'smoke-tests' },
    ],
    tags: { cluster: cluster.uuid, cluster_name: cluster.name, plan: plan.name },
  };
}

function masters(facts: Facts): InstanceGroup {
  const { plan, service, cluster } = facts;
  return {
    name: 'master',
    instances: plan.masterInstances,
    azs: plan.masterAzs,
    vm_type: plan.masterVmType,
    persistent_disk: plan.masterPersistentDisk,
    network: service.network,
    jobs: [
      job('etcd', { tls: '((tls-etcd))' }),
      job('etcd-membership', {}),
      job('kube-apiserver', {
        port: cluster.port,
        tls: '((tls-kubernetes))',
        kubelet_client_tls: '((tls-kubelet-client))',
        etcd_tls: '((tls-etcdctl))',
        front_proxy_tls: '((tls-front-proxy))',
        service_account_key: '((service-account-key))',
        service_cluster_ip_range: service.serviceNetworkCidr,
        allow_privileged: plan.allowPrivileged,
      }),
      job('kube-controller-manager', {
        tls: '((tls-kube-controller-manager))',
        ca: '((kubo_ca))',
        service_account_key: '((service-account-key))',
        cluster_cidr: service.podNetworkCidr,
        service_cluster_ip_range: service.serviceNetworkCidr,
      }),
      job('kube-scheduler', { tls: '((tls-kube-scheduler))' }),
      job('keepalived', {}),
      job('apicheck', {}),
      job('cluster-base', {
        tls: '((admin))',
        cluster_dns: facts.clusterDns,
        // two on different nodes, where there are two
        dns_replicas: Math.min(2, cluster.workerInstances),
        // every cluster has a folder of its own below the shared one
        datastore: `/var/vcap/datastore/${facts.deployment}`,
      }),
      ...nodeJobs(facts, plan.masterVmType, 'master'),
      job('apply-addons', { tls: '((admin))', addons_spec_base64: Buffer.from(plan.addonsSpec).toString('base64') }),
      job('smoke-tests', { tls: '((admin))' }),
    ],
  };
}

function workers(facts: Facts): InstanceGroup {
  const { plan, service, cluster } = facts;
  return {
    name: 'worker',
    instances: cluster.workerInstances,
    azs: plan.workerAzs,
    vm_type: plan.workerVmType,
    persistent_disk: 0,
    network: service.network,
    jobs: nodeJobs(facts, plan.workerVmType, 'worker'),
  };
}

/** Masters are nodes too, so that `kubectl get nodes` shows them. */
function nodeJobs(facts: Facts, vmTypeName: string, role: 'master' | 'worker'): ManifestJob[] {
  const vmType = facts.vmTypes.find((candidate) => candidate.name === vmTypeName);
  if (!vmType) {
    throw new TesseraError(
      'invalid_input',
      `Plan ${facts.plan.name} wants VM type ${vmTypeName} for its ${role}s, which the cloud config does not have.`,
    );
  }
  const isMaster = role === 'master';
  const podNetwork = { cluster_cidr: facts.service.podNetworkCidr };
  return [
    job('containerd', {}),
    job('images', isMaster ? { base: ['pause', 'busybox'], rest_after: 30 } : {}),
    job('kubelet', {
      tls: '((tls-kubelet))',
      drain_tls: '((tls-kubelet-drain))',
      machine_memory_mib: vmType.ram,
      machine_cpus: vmType.cpu,
      control_plane: isMaster,
      cluster_dns: facts.clusterDns,
    }),
    job('kube-proxy', { tls: '((tls-kube-proxy))', ...podNetwork }),
    job('flanneld', { tls: '((tls-flannel))', ...podNetwork }),
  ];
}

function job(name: string, properties: Record<string, unknown>): ManifestJob {
  return { name, release: TILE, properties, consumes: {} };
}

function readCidr(what: string, text: string): Cidr {
  const cidr = parseCidr(text);
  if (cidr) return cidr;
  throw new TesseraError('invalid_input', `The ${what} CIDR ${text} is no network. Correct it in the Networking form.`);
}

function hostOf(cidr: Cidr, place: number): string {
  const address = cidr.network + place;
  if (containsAddress(cidr, address)) return formatAddress(address);
  throw new TesseraError(
    'invalid_input',
    `The Service network is too small: it has no address ${place}. Use at least a /28.`,
  );
}
