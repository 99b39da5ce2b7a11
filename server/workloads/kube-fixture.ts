import type { KubeRequest, WatchEvent } from '#server/kubernetes/kube-api.ts';
import { TesseraError } from '#server/platform/error.ts';
import { COLLECTIONS } from './cluster-memory.ts';

/** For tests: a cluster's API in memory, with versions, lists, watches, outages and versions that are no longer kept. */
type Metadata = Record<string, unknown> & { namespace?: string; name: string };
type Stored = Record<string, unknown> & { metadata: Metadata };
type Watcher = { path: string; events: WatchEvent[]; wake: () => void; ended: 'no' | 'closed' | 'broken' };

export class FakeCluster {
  readonly #objects = new Map<string, Map<string, Stored>>();
  readonly #history: { version: number; path: string; event: WatchEvent }[] = [];
  readonly #watchers = new Set<Watcher>();
  #version = 1;
  #kept = 0;
  isUp = true;
  /** Paths of all requests so far. */
  readonly asked: string[] = [];

  put(path: string, object: Stored): void {
    const collection = this.#objects.get(path) ?? new Map<string, Stored>();
    this.#objects.set(path, collection);
    const key = keyOf(object);
    const type = collection.has(key) ? 'MODIFIED' : 'ADDED';
    const stored = this.#stamp(object);
    collection.set(key, stored);
    this.#publish(path, { type, object: stored });
  }

  remove(path: string, namespace: string, name: string): void {
    const found = this.#objects.get(path)?.get(`${namespace}/${name}`);
    if (!found) throw new Error(`the fake cluster has no ${path} ${namespace}/${name}`);
    this.#objects.get(path)?.delete(`${namespace}/${name}`);
    this.#publish(path, { type: 'DELETED', object: this.#stamp(found) });
  }

  /** The master is gone: watches break, nothing answers. */
  goDown(): void {
    this.isUp = false;
    for (const watcher of this.#watchers) end(watcher, 'broken');
  }

  /** The server ends all watches, as it does after a while. */
  endWatches(): void {
    for (const watcher of this.#watchers) end(watcher, 'closed');
  }

  /** Versions up to now are no longer kept: a watch from one of them gets 410. */
  expire(): void {
    this.#kept = this.#version;
  }

  async send({ path, method = 'GET' }: KubeRequest): Promise<Record<string, unknown>> {
    this.asked.push(`${method} ${path}`);
    this.#demandUp(path);
    const [collection = ''] = path.split('?');
    const items = [...(this.#objects.get(collection)?.values() ?? [])];
    return { metadata: { resourceVersion: String(this.#version) }, items };
  }

  async *watch(options: { path: string; resourceVersion: string; signal: AbortSignal }): AsyncIterable<WatchEvent> {
    this.asked.push(`WATCH ${options.path}`);
    this.#demandUp(options.path);
    const from = Number(options.resourceVersion);
    if (from < this.#kept) {
      yield { type: 'ERROR', object: { code: 410, message: 'too old resource version' } };
      return;
    }
    const missed = this.#history.filter((one) => one.path === options.path && one.version > from);
    const watcher: Watcher = {
      path: options.path,
      events: missed.map((one) => one.event),
      wake: () => undefined,
      ended: 'no',
    };
    this.#watchers.add(watcher);
    options.signal.addEventListener('abort', () => end(watcher, 'closed'), { once: true });
    try {
      while (true) {
        const next = watcher.events.shift();
        if (next) yield next;
        else if (watcher.ended === 'broken') throw unavailable(options.path);
        else if (watcher.ended === 'closed' || options.signal.aborted) return;
        else
          await new Promise<void>((resolve) => {
            watcher.wake = resolve;
          });
      }
    } finally {
      this.#watchers.delete(watcher);
    }
  }

  #stamp(object: Stored): Stored {
    this.#version += 1;
    return { ...object, metadata: { ...object.metadata, resourceVersion: String(this.#version) } };
  }

  #publish(path: string, event: WatchEvent): void {
    this.#history.push({ version: this.#version, path, event });
    for (const watcher of this.#watchers) {
      if (watcher.path !== path) continue;
      watcher.events.push(event);
      watcher.wake();
    }
  }

  #demandUp(path: string): void {
    if (!this.isUp) throw unavailable(path);
  }
}

const keyOf = ({ metadata }: Stored): string => `${metadata.namespace ?? ''}/${metadata.name}`;

function end(watcher: Watcher, how: 'closed' | 'broken'): void {
  watcher.ended = how;
  watcher.wake();
}

const unavailable = (path: string) =>
  new TesseraError('kubernetes_unavailable', `The cluster's API did not answer GET ${path}: connect ECONNREFUSED.`);

const CREATED = '2028-01-01T00:00:00Z';

/** A pod of ReplicaSet `web-5f` of Deployment `web`, unless `changes` say otherwise. */
export function podObject(
  name: string,
  changes: {
    uid?: string;
    node?: string | null;
    ready?: boolean;
    restarts?: number;
    deletionTimestamp?: string;
    grace?: number;
    owner?: { kind: string; name: string } | null;
    readyAt?: string;
  } = {},
): Stored {
  const { node = 'worker-0', ready = true, restarts = 0, owner = { kind: 'ReplicaSet', name: 'web-5f' } } = changes;
  return {
    metadata: {
      namespace: 'default',
      name,
      uid: changes.uid ?? `uid-${name}`,
      creationTimestamp: CREATED,
      labels: { 'pod-template-hash': '5f' },
      ownerReferences: owner === null ? [] : [{ ...owner, controller: true }],
      ...(changes.deletionTimestamp === undefined
        ? {}
        : { deletionTimestamp: changes.deletionTimestamp, deletionGracePeriodSeconds: changes.grace ?? 30 }),
    },
    spec: {
      ...(node === null ? {} : { nodeName: node }),
      containers: [{ resources: { requests: { cpu: '250m', memory: '64Mi' } } }],
    },
    status: {
      phase: ready ? 'Running' : 'Pending',
      conditions: [
        { type: 'PodScheduled', status: node === null ? 'False' : 'True', lastTransitionTime: CREATED },
        { type: 'Ready', status: ready ? 'True' : 'False', lastTransitionTime: changes.readyAt ?? CREATED },
      ],
      containerStatuses: [
        {
          restartCount: restarts,
          state: ready ? { running: {} } : { waiting: { reason: 'ContainerCreating' } },
          lastState: restarts === 0 ? {} : { terminated: { reason: 'Error', exitCode: 137, finishedAt: CREATED } },
        },
      ],
    },
  };
}

export function nodeObject(name: string, changes: { ready?: boolean; taints?: object[] } = {}): Stored {
  return {
    metadata: {
      name,
      uid: `uid-${name}`,
      creationTimestamp: CREATED,
      labels: { 'topology.kubernetes.io/zone': 'az1' },
    },
    spec: { taints: changes.taints ?? [] },
    status: {
      conditions: [
        { type: 'Ready', status: changes.ready === false ? 'Unknown' : 'True', lastTransitionTime: CREATED },
      ],
      addresses: [{ type: 'InternalIP', address: '10.0.0.21' }],
      allocatable: { cpu: '2', memory: '1Gi' },
      nodeInfo: {
        kubeletVersion: 'v1.36.3',
        osImage: 'Debian',
        kernelVersion: '6.1',
        containerRuntimeVersion: 'c://1',
      },
    },
  };
}

/** Deployment `web` and its ReplicaSet. */
export function putWeb(cluster: FakeCluster, replicas: number): void {
  const about = { namespace: 'default', creationTimestamp: CREATED };
  const status = { replicas, updatedReplicas: replicas };
  cluster.put(COLLECTIONS.deployments, {
    metadata: { ...about, name: 'web', uid: 'uid-web' },
    spec: { replicas },
    status,
  });
  cluster.put(COLLECTIONS.replicasets, {
    metadata: {
      ...about,
      name: 'web-5f',
      uid: 'uid-web-5f',
      ownerReferences: [{ kind: 'Deployment', name: 'web', controller: true }],
    },
    spec: { replicas },
    status,
  });
}
