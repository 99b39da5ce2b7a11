import type { CloudConfig } from '#model/cloud-config.ts';
import type { Manifest } from '#model/manifest.ts';
import type { Plan } from '#model/plan.ts';
import type { SpecFacts } from '#server/deployments/render-spec.ts';
import { type ClusterService, planCluster } from './plan-cluster.ts';

/** Plan, cloud config and service that tests of clusters share. */
export const PLAN: Plan = {
  id: 'plan-1',
  name: 'small',
  description: 'one master',
  masterInstances: 1,
  masterVmType: 'small',
  masterPersistentDisk: 5120,
  masterAzs: ['az1', 'az2', 'az3'],
  maxWorkerInstances: 20,
  workerInstances: 3,
  workerVmType: 'medium',
  workerAzs: ['az1', 'az2', 'az3'],
  allowPrivileged: false,
  addonsSpec: '',
};

export const CLOUD_CONFIG: CloudConfig = {
  azs: ['az1', 'az2', 'az3'].map((name) => ({ name, iaas_configuration_name: 'default', cloud_properties: {} })),
  networks: [{ name: 'service-network', type: 'manual', subnets: [] }],
  vm_types: [
    { name: 'small', cpu: 1, ram: 1024, ephemeral_disk: 16384 },
    { name: 'medium', cpu: 2, ram: 2048, ephemeral_disk: 32768 },
  ],
  disk_types: [],
};

export const SERVICE: ClusterService = {
  productVersion: '1.0.0',
  stemcell: { os: 'trixie', version: '1.36.3' },
  network: 'service-network',
  podNetworkCidr: '10.200.0.0/16',
  serviceNetworkCidr: '10.100.200.0/24',
};

const CLUSTER = {
  uuid: '0f4e2c6e-7d0b-4c59-9c39-6f7d4a7f2a11',
  name: 'demo',
  externalHostname: 'demo.example.com',
  port: 8443,
  workerInstances: 2,
};

export function clusterManifest(
  changes: { cluster?: Partial<typeof CLUSTER>; plan?: Partial<Plan>; service?: Partial<ClusterService> } = {},
): Manifest {
  return planCluster({
    cluster: { ...CLUSTER, ...changes.cluster },
    plan: { ...PLAN, ...changes.plan },
    cloudConfig: CLOUD_CONFIG,
    service: { ...SERVICE, ...changes.service },
  });
}

/** Instances as the director would place them: masters from 10.0.10.11, workers from 10.0.10.21, the API at 10.0.10.10. */
export function clusterFacts(manifest: Manifest): SpecFacts {
  const instances = manifest.instance_groups.flatMap((group) =>
    Array.from({ length: group.instances }, (_, index) => ({
      id: `${group.name}-id-${index}`,
      name: `${group.name}/${index}`,
      group: group.name,
      index,
      az: group.azs[index % group.azs.length] ?? '',
      address: `10.0.10.${(group.name === 'master' ? 11 : 21) + index}`,
      hostname: `${group.name}-${index}`,
      bootstrap: index === 0,
      seeded: false,
      network: group.network,
      vm_type: group.vm_type,
    })),
  );
  return { manifest, instances, addresses: { vip: '10.0.10.10' } };
}
