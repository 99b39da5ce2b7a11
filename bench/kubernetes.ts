import { Agent, request } from 'node:https';
import { parse } from 'yaml';
import { z } from 'zod';
import type { ConsoleClient } from '../cli/console-client.ts';

const requestDeadlineMs = 2_000;

const Kubeconfig = z.object({
  clusters: z.array(z.object({ cluster: z.object({ server: z.string(), 'certificate-authority-data': z.string() }) })),
  users: z.array(
    z.object({ user: z.object({ 'client-certificate-data': z.string(), 'client-key-data': z.string() }) }),
  ),
});
const Nodes = z.object({
  items: z.array(
    z.object({ status: z.object({ conditions: z.array(z.object({ type: z.string(), status: z.string() })) }) }),
  ),
});

/** Asks a cluster's API what `kubectl get nodes` asks, without the processor time of a kubectl a question. */
export class Kubernetes {
  readonly #server: string;
  readonly #agent: Agent;

  constructor(kubeconfig: string) {
    const { clusters, users } = Kubeconfig.parse(parse(kubeconfig));
    const [cluster] = clusters;
    const [user] = users;
    if (!cluster || !user) throw new Error('The kubeconfig names no cluster or no user.');
    this.#server = cluster.cluster.server;
    this.#agent = new Agent({
      keepAlive: true,
      ca: decode(cluster.cluster['certificate-authority-data']),
      cert: decode(user.user['client-certificate-data']),
      key: decode(user.user['client-key-data']),
    });
  }

  /** Nodes with the condition Ready. Throws while the API does not answer. */
  async readyNodes(): Promise<number> {
    const { items } = Nodes.parse(JSON.parse(await this.#get('/api/v1/nodes')));
    const isReady = ({ type, status }: { type: string; status: string }) => type === 'Ready' && status === 'True';
    return items.filter((node) => node.status.conditions.some(isReady)).length;
  }

  close(): void {
    this.#agent.destroy();
  }

  #get(path: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const asked = request(`${this.#server}${path}`, { agent: this.#agent, timeout: requestDeadlineMs }, (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk;
        });
        answer.once('end', () =>
          answer.statusCode === 200 ? resolve(text) : reject(new Error(`${path} answered ${answer.statusCode}`)),
        );
        answer.once('error', reject);
      });
      asked.once('timeout', () => asked.destroy(new Error(`${path} did not answer in ${requestDeadlineMs} ms`)));
      asked.once('error', reject);
      asked.end();
    });
  }
}

/** The administrator's kubeconfig as the console hands it out; throws while the cluster has no address yet. */
export async function openKubernetes(client: ConsoleClient, cluster: string): Promise<Kubernetes> {
  return new Kubernetes(await client.download(`/api/clusters/${encodeURIComponent(cluster)}/kubeconfig`));
}

const decode = (text: string): string => Buffer.from(text, 'base64').toString();
