import type { WorkloadView } from '#model/workload.ts';
import { parseNode, parseService, parseSlice, parseWorkload } from './parse-objects.ts';
import { Metadata, parsePod } from './parse-pod.ts';
import type { SeenWorkloads } from './seen-workloads.ts';
import {
  isSystem,
  type Owner,
  type TrackedNode,
  type TrackedPod,
  type TrackedService,
  type TrackedSlice,
  type TrackedWorkload,
} from './tracked.ts';

const LONGEST_START_MS = 120_000;

/** What is watched of a cluster: path of each collection. */
export const COLLECTIONS = {
  pods: '/api/v1/pods',
  nodes: '/api/v1/nodes',
  services: '/api/v1/services',
  endpointslices: '/apis/discovery.k8s.io/v1/endpointslices',
  deployments: '/apis/apps/v1/deployments',
  replicasets: '/apis/apps/v1/replicasets',
  replicationcontrollers: '/api/v1/replicationcontrollers',
  statefulsets: '/apis/apps/v1/statefulsets',
  daemonsets: '/apis/apps/v1/daemonsets',
} as const;
export type CollectionName = keyof typeof COLLECTIONS;
export const COLLECTION_NAMES = Object.keys(COLLECTIONS).filter((name): name is CollectionName => name in COLLECTIONS);

const OUT_OF_SERVICE = 'node.kubernetes.io/out-of-service';
const Named = Metadata.pick({ namespace: true, name: true });

/** Before and after of one object, after a change to it: null where it was or is not there. */
export type Change =
  | { of: 'pod'; before: TrackedPod | null; after: TrackedPod | null }
  | { of: 'node'; before: TrackedNode | null; after: TrackedNode | null };

/** All that is known of one cluster, in memory. Pure but for what it remembers. */
export class ClusterMemory {
  readonly pods = new Map<string, TrackedPod>();
  readonly nodes = new Map<string, TrackedNode>();
  readonly #services = new Map<string, TrackedService>();
  readonly #slices = new Map<string, TrackedSlice>();
  readonly #workloads = new Map<string, TrackedWorkload>();

  /** One object is there in this form. Answers what changed, for pods and nodes. */
  put(collection: CollectionName, object: unknown): Change | null {
    const key = keyOf(object);
    switch (collection) {
      case 'pods':
        return { of: 'pod', ...replace(this.pods, key, parsePod(object)) };
      case 'nodes':
        return { of: 'node', ...replace(this.nodes, key, parseNode(object)) };
      case 'services':
        this.#services.set(key, parseService(object));
        return null;
      case 'endpointslices':
        this.#slices.set(key, parseSlice(object));
        return null;
      default: {
        const kind = KINDS[collection];
        this.#workloads.set(`${kind}/${key}`, parseWorkload(kind)(object));
        return null;
      }
    }
  }

  /** One object is gone. */
  remove(collection: CollectionName, key: string): Change | null {
    switch (collection) {
      case 'pods':
        return { of: 'pod', ...replace(this.pods, key, null) };
      case 'nodes':
        return { of: 'node', ...replace(this.nodes, key, null) };
      case 'services':
        this.#services.delete(key);
        return null;
      case 'endpointslices':
        this.#slices.delete(key);
        return null;
      default:
        this.#workloads.delete(`${KINDS[collection]}/${key}`);
        return null;
    }
  }

  /** A collection as a new list says it: what the list lacks is gone. */
  relist(collection: CollectionName, items: readonly unknown[]): Change[] {
    const listed = new Set(items.map(keyOf));
    const gone = this.#keysOf(collection).filter((key) => !listed.has(key));
    const changes = [
      ...gone.map((key) => this.remove(collection, key)),
      ...items.map((item) => this.put(collection, item)),
    ];
    return changes.filter((change) => change !== null);
  }

  /** Who makes a new pod when this one goes; a Deployment rather than its ReplicaSet. */
  keeperOf(pod: TrackedPod): Owner | null {
    const { owner } = pod;
    if (owner?.kind !== 'ReplicaSet') return owner;
    const known = this.#workloads.get(`ReplicaSet/${pod.namespace}/${owner.name}`)?.owner;
    if (known) return known;
    const suffix = `-${pod.templateHash}`;
    return pod.templateHash !== null && owner.name.endsWith(suffix)
      ? { kind: 'Deployment', name: owner.name.slice(0, -suffix.length) }
      : owner;
  }

  /** The workload that keeps a pod; undefined for one that is not watched (a Job), is gone, or is being deleted. */
  workloadOf(pod: TrackedPod): TrackedWorkload | undefined {
    const keeper = this.keeperOf(pod);
    if (keeper === null) return undefined;
    const found = this.#workloads.get(`${keeper.kind}/${pod.namespace}/${keeper.name}`);
    return found?.deleting ? undefined : found;
  }

  /** Workloads that keep pods themselves: ReplicaSets of Deployments are their means. */
  keepers(): TrackedWorkload[] {
    return [...this.#workloads.values()].filter((one) => one.kind !== 'ReplicaSet' || one.owner === null);
  }

  /** The node cannot run pods: gone, silent, or declared dead. */
  isLost(name: string): boolean {
    const node = this.nodes.get(keyOf({ metadata: { name } }));
    return node === undefined || !node.ready || node.taints.some((taint) => taint.startsWith(OUT_OF_SERVICE));
  }

  /** Ready pods by keeper (`Deployment/default/web`), on nodes that live. */
  readyByKeeper(): Map<string, number> {
    const counts = new Map<string, number>();
    for (const pod of this.pods.values()) {
      const keeper = this.keeperOf(pod);
      if (keeper === null || !pod.ready || pod.node === null || this.isLost(pod.node)) continue;
      const key = `${keeper.kind}/${pod.namespace}/${keeper.name}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    return counts;
  }

  /** As the table keeps it and pages show it. */
  view(): SeenWorkloads {
    const ready = this.readyByKeeper();
    const pods = [...this.pods.values()];
    return {
      nodes: [...this.nodes.values()].sort(byName).map(({ ready: _ready, readyChangedAt: _at, ...node }) => ({
        ...node,
        requests: sumRequests(pods.filter((pod) => pod.node === node.name && !pod.finished)),
      })),
      pods: pods.sort(byName).map((pod) => {
        const keeper = this.keeperOf(pod);
        const { owner: _o, templateHash: _h, finished: _f, deletionAskedAt: _d, ...rest } = pod;
        const { scheduledAt, readyAt, lastExit: _l, ...shown } = rest;
        return {
          ...shown,
          keeper: keeper && `${keeper.kind}/${keeper.name}`,
          system: isSystem(pod.namespace),
          startMs: startOf(scheduledAt, readyAt),
        };
      }),
      workloads: this.keepers()
        .sort(byName)
        .map(({ kind, namespace, name, desired }): WorkloadView => {
          return { kind, namespace, name, desired, ready: ready.get(`${kind}/${namespace}/${name}`) ?? 0 };
        }),
      services: [...this.#services.values()].sort(byName).map((service) => ({
        ...service,
        endpoints: [...this.#slices.values()]
          .filter((slice) => slice.namespace === service.namespace && slice.service === service.name)
          .flatMap((slice) => slice.endpoints)
          .sort(),
      })),
    };
  }

  #keysOf(collection: CollectionName): string[] {
    switch (collection) {
      case 'pods':
        return [...this.pods.keys()];
      case 'nodes':
        return [...this.nodes.keys()];
      case 'services':
        return [...this.#services.keys()];
      case 'endpointslices':
        return [...this.#slices.keys()];
      default: {
        const prefix = `${KINDS[collection]}/`;
        return [...this.#workloads.keys()].flatMap((key) => (key.startsWith(prefix) ? [key.slice(prefix.length)] : []));
      }
    }
  }
}

const KINDS = {
  deployments: 'Deployment',
  replicasets: 'ReplicaSet',
  replicationcontrollers: 'ReplicationController',
  statefulsets: 'StatefulSet',
  daemonsets: 'DaemonSet',
} as const;

/** `<namespace>/<name>`; nodes have no namespace. */
export function keyOf(object: unknown): string {
  // every object of the API has metadata; zod says so if one has not
  const { namespace, name } = Named.parse((object as { metadata?: unknown }).metadata);
  return `${namespace}/${name}`;
}

function replace<T>(map: Map<string, T>, key: string, after: T | null): { before: T | null; after: T | null } {
  const before = map.get(key) ?? null;
  if (after === null) map.delete(key);
  else map.set(key, after);
  return { before, after };
}

function byName(a: { namespace?: string; name: string }, b: { namespace?: string; name: string }): number {
  return (a.namespace ?? '').localeCompare(b.namespace ?? '') || a.name.localeCompare(b.name);
}

function sumRequests(pods: readonly TrackedPod[]): { cpu: number; memory: number } {
  return {
    cpu: pods.reduce((sum, pod) => sum + pod.requests.cpu, 0),
    memory: pods.reduce((sum, pod) => sum + pod.requests.memory, 0),
  };
}

/** A pod that became Ready long after its node was chosen had become unready meanwhile: that is no start. */
function startOf(scheduledAt: Date | null, readyAt: Date | null): number | null {
  if (!scheduledAt || !readyAt) return null;
  const ms = readyAt.getTime() - scheduledAt.getTime();
  return ms >= 0 && ms <= LONGEST_START_MS ? ms : null;
}
