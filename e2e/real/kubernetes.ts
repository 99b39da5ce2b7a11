import { Agent, request } from 'node:https';
import { parse } from 'yaml';
import { z } from 'zod';

const requestDeadlineMs = 2_000;

const Kubeconfig = z.object({
  clusters: z.array(z.object({ cluster: z.object({ server: z.string(), 'certificate-authority-data': z.string() }) })),
  users: z.array(
    z.object({ user: z.object({ 'client-certificate-data': z.string(), 'client-key-data': z.string() }) }),
  ),
});
const Condition = z.object({ type: z.string(), status: z.string() });
const Node = z.object({
  spec: z.object({ taints: z.array(z.object({ key: z.string() })).default([]) }),
  status: z.object({ conditions: z.array(Condition) }),
});
const Lease = z.object({ spec: z.object({ renewTime: z.string(), holderIdentity: z.string().nullish() }) });
const leases = '/apis/coordination.k8s.io/v1/namespaces';
const Nodes = z.object({
  items: z.array(
    z.object({ metadata: z.object({ name: z.string() }), status: z.object({ conditions: z.array(Condition) }) }),
  ),
});
const Pods = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string(), namespace: z.string(), deletionTimestamp: z.string().optional() }),
      spec: z.object({ nodeName: z.string().optional() }),
      status: z.object({
        conditions: z.array(Condition).default([]),
        containerStatuses: z
          .array(z.object({ state: z.object({ running: z.object({ startedAt: z.string() }).optional() }) }))
          .default([]),
      }),
    }),
  ),
});

export interface Pod {
  namespace: string;
  name: string;
  node: string | null;
  isReady: boolean;
  isLeaving: boolean;
  /** When the youngest of its running containers was started, ms since 1970, in whole seconds; 0 when none runs. */
  startedAt: number;
}

interface Question {
  method?: 'GET' | 'PATCH' | 'POST' | 'DELETE';
  path: string;
  body?: unknown;
  deadlineMs?: number;
}

/** A cluster's API, asked without the processor time of a kubectl a question. */
export class Kubernetes {
  readonly #server: string;
  readonly #keys: { ca: string; cert: string; key: string };
  #agent: Agent;

  /** `kubeconfig`: YAML of the administrator's. */
  constructor(kubeconfig: string) {
    const { clusters, users } = Kubeconfig.parse(parse(kubeconfig));
    const [cluster] = clusters;
    const [user] = users;
    if (!cluster || !user) throw new Error('The kubeconfig names no cluster or no user.');
    this.#server = cluster.cluster.server;
    this.#keys = {
      ca: decode(cluster.cluster['certificate-authority-data']),
      cert: decode(user.user['client-certificate-data']),
      key: decode(user.user['client-key-data']),
    };
    this.#agent = new Agent({ keepAlive: true, ...this.#keys });
  }

  /** Names of the nodes with the condition Ready. Throws while the API does not answer. */
  async readyNodes(): Promise<string[]> {
    const { items } = Nodes.parse(JSON.parse(await this.send({ path: '/api/v1/nodes' })));
    return items.filter((node) => isReady(node.status.conditions)).map((node) => node.metadata.name);
  }

  /**
   * Is the node Ready, without the out-of-service taint, and has its kubelet spoken after `since` (ms since 1970)? Kubernetes does not call a
   * node NotReady whose VM is replaced within 40 s, so the condition alone says nothing of a new VM.
   */
  async isInService(node: string, since: number): Promise<boolean> {
    const [found, lease] = await Promise.all([
      this.send({ path: `/api/v1/nodes/${node}` }),
      this.send({ path: `${leases}/kube-node-lease/leases/${node}` }),
    ]);
    const { spec, status } = Node.parse(JSON.parse(found));
    const isTainted = spec.taints.some(({ key }) => key === 'node.kubernetes.io/out-of-service');
    const renewedAt = Date.parse(Lease.parse(JSON.parse(lease)).spec.renewTime);
    return isReady(status.conditions) && !isTainted && renewedAt > since;
  }

  /** Node on which that program of the masters leads; null when none does. */
  async leaderOf(program: 'kube-controller-manager' | 'kube-scheduler'): Promise<string | null> {
    const { spec } = Lease.parse(JSON.parse(await this.send({ path: `${leases}/kube-system/leases/${program}` })));
    // `<host name>_<uuid>`
    return spec.holderIdentity?.split('_')[0] ?? null;
  }

  /** Pods, of one label if told (`app=web`). */
  async pods(selector = ''): Promise<Pod[]> {
    const query = selector === '' ? '' : `?labelSelector=${encodeURIComponent(selector)}`;
    const { items } = Pods.parse(JSON.parse(await this.send({ path: `/api/v1/pods${query}` })));
    return items.map(({ metadata, spec, status }) => ({
      namespace: metadata.namespace,
      name: metadata.name,
      node: spec.nodeName ?? null,
      isReady: isReady(status.conditions),
      isLeaving: metadata.deletionTimestamp !== undefined,
      startedAt: Math.max(
        0,
        ...status.containerStatuses.map(({ state }) => Date.parse(state.running?.startedAt ?? '') || 0),
      ),
    }));
  }

  /** Of those pods the ones that serve: Ready, and not on their way out. */
  async servingPods(selector: string): Promise<Pod[]> {
    return (await this.pods(selector)).filter((pod) => pod.isReady && !pod.isLeaving);
  }

  /** One request; answers the body. Rejects when it is not answered in time or refused. A PATCH is a merge patch. */
  send({ method = 'GET', path, body, deadlineMs = requestDeadlineMs }: Question): Promise<string> {
    const headers =
      body === undefined ? {} : { 'content-type': `application/${method === 'PATCH' ? 'merge-patch+json' : 'json'}` };
    return new Promise((resolve, reject) => {
      const asked = request(`${this.#server}${path}`, { agent: this.#agent, method, headers }, (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk;
        });
        answer.once('end', () => {
          clearTimeout(timer);
          if ((answer.statusCode ?? 500) < 300) resolve(text);
          else reject(new Error(`${method} ${path} answered ${answer.statusCode}: ${text.slice(0, 300)}`));
        });
        answer.once('error', reject);
      });
      const timer = setTimeout(
        () => asked.destroy(new Error(`${method} ${path} was not answered in ${deadlineMs} ms`)),
        deadlineMs,
      );
      asked.once('error', (error) => {
        clearTimeout(timer);
        reject(error);
      });
      asked.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }

  /** Forgets kept connections: the next request opens a new one. */
  reconnect(): void {
    this.#agent.destroy();
    this.#agent = new Agent({ keepAlive: true, ...this.#keys });
  }

  close(): void {
    this.#agent.destroy();
  }
}

const isReady = (conditions: z.infer<typeof Condition>[]): boolean =>
  conditions.some(({ type, status }) => type === 'Ready' && status === 'True');

const decode = (text: string): string => Buffer.from(text, 'base64').toString();
