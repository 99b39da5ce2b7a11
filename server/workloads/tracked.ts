import type { NodeView, PodView, ServiceView } from '#model/workload.ts';

/** An owner with `controller: true`: who makes a new one when it goes. */
export type Owner = { kind: string; name: string };

/** A pod as the watcher remembers it: what pages show, and what tells news from old. */
export type TrackedPod = Omit<PodView, 'keeper' | 'system' | 'startMs'> & {
  owner: Owner | null;
  /** Name of the Deployment that its ReplicaSet belongs to, as its labels tell. */
  templateHash: string | null;
  /** It ended by itself (a Job's pod); it counts for nobody. */
  finished: boolean;
  /** When somebody asked for its deletion; null while it is wanted. Whole seconds, as all times here. */
  deletionAskedAt: Date | null;
  scheduledAt: Date | null;
  readyAt: Date | null;
  /** Why its containers last ended, and when. */
  lastExit: { reason: string; at: Date | null } | null;
};

export type TrackedNode = Omit<NodeView, 'instance' | 'requests'> & { ready: boolean; readyChangedAt: Date | null };

/** `system` workloads are of the platform's own namespaces. `ownerName`: of a ReplicaSet, its Deployment. */
export type TrackedWorkload = {
  kind: string;
  namespace: string;
  name: string;
  desired: number;
  /** Pods it replaces on purpose are no loss. */
  rolling: boolean;
  owner: Owner | null;
  deleting: boolean;
};

export type TrackedService = Omit<ServiceView, 'endpoints'>;
export type TrackedSlice = { namespace: string; name: string; service: string; endpoints: string[] };

/** Namespaces of the cluster itself. */
export const isSystem = (namespace: string): boolean => namespace.startsWith('kube-');
