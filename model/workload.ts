/** Pods, nodes and what keeps them, as the watcher last saw them in a cluster. Times are ISO 8601. */
export type PodView = {
  namespace: string;
  name: string;
  uid: string;
  /** Kubernetes' phase, or the reason that says more (ContainerCreating, CrashLoopBackOff, Terminating). */
  status: string;
  ready: boolean;
  restarts: number;
  node: string | null;
  podIp: string | null;
  /** `Deployment/web`, `StatefulSet/db`, `ReplicationController/nginx`, null when nobody keeps it. */
  keeper: string | null;
  system: boolean;
  createdAt: string;
  /** CPU in millicores and memory in MiB that it requests. */
  requests: { cpu: number; memory: number };
};

export type NodeView = {
  name: string;
  /** Instance id of the VM under it; null when none carries the name. */
  instance: string | null;
  /** `Ready`, `NotReady`, with `,SchedulingDisabled`. */
  status: string;
  zone: string | null;
  kubeletVersion: string;
  internalIp: string | null;
  osImage: string;
  kernel: string;
  runtime: string;
  createdAt: string;
  taints: string[];
  requests: { cpu: number; memory: number };
  allocatable: { cpu: number; memory: number };
};

/** Deployment, ReplicaSet without a Deployment, ReplicationController, StatefulSet, DaemonSet. */
export type WorkloadView = { kind: string; namespace: string; name: string; desired: number; ready: number };

/** `ports`: node ports answer on every node. */
export type ServiceView = {
  namespace: string;
  name: string;
  type: string;
  clusterIp: string;
  ports: { name: string; port: number; nodePort: number | null; protocol: string }[];
  endpoints: string[];
};

export type WorkloadsView = {
  cluster: string;
  /** Null: never heard. */
  heardAt: string | null;
  /** Why nothing newer is known; null while the watch runs. */
  problem: string | null;
  nodes: NodeView[];
  pods: PodView[];
  workloads: WorkloadView[];
  services: ServiceView[];
};
