import { z } from 'zod';

/** CPU in millicores and memory in MiB. */
const Amount = z.object({ cpu: z.number(), memory: z.number() });

/** Pods, nodes and what keeps them, as the watcher last saw them in a cluster. Times are ISO 8601. */
export const PodView = z.object({
  namespace: z.string(),
  name: z.string(),
  uid: z.string(),
  /** Kubernetes' phase, or the reason that says more (ContainerCreating, CrashLoopBackOff, Terminating). */
  status: z.string(),
  ready: z.boolean(),
  restarts: z.number(),
  node: z.string().nullable(),
  podIp: z.string().nullable(),
  /** `Deployment/web`, `StatefulSet/db`, `ReplicationController/nginx`, null when nobody keeps it. */
  keeper: z.string().nullable(),
  system: z.boolean(),
  createdAt: z.string(),
  /** From the choice of its node to Ready, in ms of whole seconds as Kubernetes tells times; null while it is not Ready, or when that is no start any more. */
  startMs: z.number().nullable().default(null),
  requests: Amount,
});
export type PodView = z.infer<typeof PodView>;

export const NodeView = z.object({
  name: z.string(),
  /** Instance id of the VM under it; null when none carries the name. */
  instance: z.string().nullable(),
  /** `Ready`, `NotReady`, with `,SchedulingDisabled`. */
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
export type NodeView = z.infer<typeof NodeView>;

/** Deployment, ReplicaSet without a Deployment, ReplicationController, StatefulSet, DaemonSet. */
export const WorkloadView = z.object({
  kind: z.string(),
  namespace: z.string(),
  name: z.string(),
  desired: z.number(),
  ready: z.number(),
});
export type WorkloadView = z.infer<typeof WorkloadView>;

/** `ports`: node ports answer on every node. */
export const ServiceView = z.object({
  namespace: z.string(),
  name: z.string(),
  type: z.string(),
  clusterIp: z.string(),
  ports: z.array(
    z.object({ name: z.string(), port: z.number(), nodePort: z.number().nullable(), protocol: z.string() }),
  ),
  endpoints: z.array(z.string()),
});
export type ServiceView = z.infer<typeof ServiceView>;

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
