/**
 * Cloud provider interface with BOSH's method names, as promises. A driver throws TesseraError (cpi_unavailable, cpi_failed, vm_not_found,
 * disk_not_found, network_not_found, disk_full, az_down); deleting what is gone is no error. Source: bosh.io/docs/cpi-api-v2.
 */
export type VmCid = string;
export type DiskCid = string;
export type NetworkCid = string;
export type StemcellCid = string;

export type PowerState = 'on' | 'off' | 'missing';

/** What every VM carries; drivers store it as labels so that the platform finds its VMs without a database. */
export type VmMetadata = {
  deployment: string;
  group: string;
  instance: string;
  index: string;
  az: string;
  name: string;
} & Record<string, string>;

export type CreateVmRequest = {
  /** Instance id; asking again for the same instance while its VM exists returns that VM (idempotent). */
  instance: string;
  stemcell: StemcellCid;
  /** `{ memoryMib, cpu }` of the VM type. */
  cloudProperties: { memoryMib: number; cpu: number };
  network: { cid: NetworkCid; address: string };
  disks: DiskCid[];
  hostname: string;
  metadata: VmMetadata;
  /** Content of agent.json, given to the VM as a 0600 file, never by environment or label. */
  bootstrap: string;
};

export type VmView = {
  cid: VmCid;
  power: PowerState;
  address: string | null;
  metadata: Record<string, string>;
  createdAt: string;
};

export type Cpi = {
  readonly name: string;
  /** How long a new VM may take until its agent answers, ms; one that takes longer came up wrong. */
  readonly bootMs: number;
  /** Proves that the infrastructure answers and fits; throws cpi_unavailable with what to do. Memory in MiB. */
  info(options: CallOptions): Promise<{ engine: string; version: string; memoryMib: number; cpus: number }>;
  /** Imports a built stemcell folder once; same digest = same cid. */
  createStemcell(folder: string, options: CallOptions): Promise<StemcellCid>;
  deleteStemcell(cid: StemcellCid, options: CallOptions): Promise<void>;
  hasStemcell(cid: StemcellCid, options: CallOptions): Promise<boolean>;
  createVm(request: CreateVmRequest, options: CallOptions): Promise<VmCid>;
  deleteVm(cid: VmCid, options: CallOptions): Promise<void>;
  hasVm(cid: VmCid, options: CallOptions): Promise<boolean>;
  powerState(cid: VmCid, options: CallOptions): Promise<PowerState>;
  /** Starts a VM that is off, restarts one that is on; disks and address stay. */
  rebootVm(cid: VmCid, options: CallOptions): Promise<void>;
  powerOffVm(cid: VmCid, options: CallOptions): Promise<void>;
  setVmMetadata(cid: VmCid, metadata: VmMetadata, options: CallOptions): Promise<void>;
  createDisk(sizeMib: number, az: string, request: string, options: CallOptions): Promise<DiskCid>;
  deleteDisk(cid: DiskCid, options: CallOptions): Promise<void>;
  hasDisk(cid: DiskCid, options: CallOptions): Promise<boolean>;
  attachDisk(vm: VmCid, disk: DiskCid, options: CallOptions): Promise<void>;
  detachDisk(vm: VmCid, disk: DiskCid, options: CallOptions): Promise<void>;
  getDisks(cid: VmCid, options: CallOptions): Promise<DiskCid[]>;
  createNetwork(request: { name: string; cidr: string; gateway: string }, options: CallOptions): Promise<NetworkCid>;
  deleteNetwork(cid: NetworkCid, options: CallOptions): Promise<void>;
  hasNetwork(cid: NetworkCid, options: CallOptions): Promise<boolean>;
  /** Makes sure that the gateway address is up on this host (embedded: the anchor of each network runs). */
  ensureGateway(cid: NetworkCid, options: CallOptions): Promise<void>;
  /** Makes the shared datastore (idempotent). */
  ensureDatastore(options: CallOptions): Promise<void>;
  /** Puts a file of this machine into the datastore under a path below it, whole or not at all; the same again is fine. */
  addToDatastore(path: string, from: string, options: CallOptions): Promise<void>;
  /** Deletes what one deployment keeps in the datastore (its volumes); gone is fine. */
  deleteFromDatastore(deployment: string, options: CallOptions): Promise<void>;
  /** Everything on the infrastructure that belongs to this installation. */
  listVms(options: CallOptions): Promise<VmView[]>;
  listDisks(options: CallOptions): Promise<DiskCid[]>;
  listNetworks(options: CallOptions): Promise<NetworkCid[]>;
  /** Whether an AZ has power; null where the infrastructure has no switch for one. */
  azPower(az: string, options: CallOptions): Promise<'on' | 'off' | null>;
  /**
   * Off: all VMs of the AZ stop as in a power cut, and createVm and rebootVm there throw az_down. On: the VMs that the switch stopped, and no
   * others, start again. After `until` an AZ that is off counts as on, and the next who asks for its power starts its VMs. Again is fine.
   */
  setAzPower(az: string, power: 'on' | 'off', options: CallOptions & { until?: Date }): Promise<void>;
  /** VMs that stopped, as they stop; ends when the signal aborts. */
  watchVms(options: {
    signal: AbortSignal;
  }): AsyncIterable<{ cid: VmCid; instance: string; event: 'stopped' | 'started' | 'removed' }>;
};

export type CallOptions = { signal: AbortSignal };
