import type { ContainerCreateOptions, HostConfig } from 'dockerode';
import type { CreateVmRequest } from '../cpi.ts';
import { LABEL, metadataLabels } from './labels.ts';
import { datastoreFolder, diskFolder, vmFolder } from './state-folder.ts';

/** Both must be given: without nproc runc fails with "setting rlimit type 6"; nofile may not exceed the host's hard limit. */
export const ULIMITS = [
  { Name: 'nofile', Soft: 20_000, Hard: 20_000 },
  { Name: 'nproc', Soft: 10_000, Hard: 10_000 },
];

const COMMAND = ['/usr/bin/tini', '--', '/usr/local/sbin/tessera-boot'];

/** The client library's types do not know the cgroup namespace yet. */
type VmContainer = Omit<ContainerCreateOptions, 'HostConfig'> & {
  HostConfig: HostConfig & { CgroupnsMode: 'private' };
};

export type VmContainerFacts = {
  cid: string;
  installation: string;
  state: string;
  /** Engine's reference of the stemcell image, and the folder of image archives beside it. */
  image: string;
  imagesFolder: string;
  /** The host has /lib/modules. */
  hasModules: boolean;
  /** The kernel accounts swap, so that a limit on memory and swap together can be set. */
  limitsSwap: boolean;
};

/**
 * The container that is a VM. Pure.
 *
 * Binds are private to the VM on purpose: `tessera-boot` makes its own tree shared, which is all that kubelet and containerd need, and no mount
 * of theirs (a datastore volume bound below /var/lib/kubelet) can then reach the host, where deleting the VM's folder would delete through it.
 */
export function vmContainer(request: CreateVmRequest, facts: VmContainerFacts): VmContainer {
  const memory = request.cloudProperties.memoryMib * 1024 * 1024;
  return {
    name: facts.cid,
    Image: facts.image,
    Hostname: request.hostname,
    Cmd: COMMAND,
    Labels: vmLabels(request, facts.installation),
    HostConfig: {
      Privileged: true,
      CgroupnsMode: 'private',
      Ulimits: ULIMITS,
      // the engine's default of 2048 processes and threads is less than a busy master has
      PidsLimit: -1,
      Memory: memory,
      ...(facts.limitsSwap && { MemorySwap: memory }),
      CpuShares: Math.max(2, Math.round(request.cloudProperties.cpu * 1024)),
      Tmpfs: { '/run': 'rw,nosuid,nodev,mode=755', '/tmp': 'rw,nosuid,nodev,mode=1777' },
      Binds: binds(request, facts),
      NetworkMode: request.network.cid,
      // power is the platform's: an engine that restarts a VM by itself would hide its death
      RestartPolicy: { Name: 'no' },
    },
    NetworkingConfig: {
      EndpointsConfig: { [request.network.cid]: { IPAMConfig: { IPv4Address: request.network.address } } },
    },
  };
}

function vmLabels(request: CreateVmRequest, installation: string): Record<string, string> {
  return {
    [LABEL.installation]: installation,
    [LABEL.deployment]: request.metadata.deployment,
    [LABEL.instance]: `${request.metadata.group}/${request.instance}`,
    [LABEL.instanceId]: request.instance,
    [LABEL.az]: request.metadata.az,
    [LABEL.address]: request.network.address,
    [LABEL.network]: request.network.cid,
    [LABEL.disks]: request.disks.join(','),
    ...metadataLabels(request.metadata),
  };
}

function binds(request: CreateVmRequest, facts: VmContainerFacts): string[] {
  const own = vmFolder(facts.state, facts.cid);
  const disks = request.disks.map(
    (disk, place) => `${diskFolder(facts.state, disk)}:${place === 0 ? '/var/vcap/store' : `/var/vcap/disks/${disk}`}`,
  );
  return [
    `${own}/bootstrap:/var/vcap/bootstrap:ro`,
    `${own}/data:/var/vcap/data`,
    `${own}/containerd:/var/lib/containerd`,
    `${own}/kubelet:/var/lib/kubelet`,
    `${datastoreFolder(facts.state)}:/var/vcap/datastore`,
    `${facts.imagesFolder}:/var/vcap/images:ro`,
    ...(facts.hasModules ? ['/lib/modules:/lib/modules:ro'] : []),
    ...disks,
  ];
}
