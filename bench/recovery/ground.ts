import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { ClusterView, InstanceView } from '../../cli/console-views.ts';
import type { Kubernetes, Pod } from '../../e2e/real/kubernetes.ts';
import type { Surroundings } from '../figure.ts';
import {
  applyChanges,
  configure,
  containerService,
  endOfTask,
  type Installation,
  openInstallation,
  openKubernetes,
} from '../installation.ts';
import { poll } from '../poll.ts';
import { lookAround } from '../surroundings.ts';
import { listVms, type Vm } from '../vms.ts';
import { prepareWrites } from './prober.ts';

const clusterName = 'ground';
const restMs = 5_000;
const wholeWithinMs = 6 * 60_000;
const nginx = 'registry.tessera.local/nginx:1.26.3';
const Cluster = ClusterView.extend({ uuid: z.string() });
const Instance = InstanceView.extend({ vmCid: z.string().nullable() });
export type Instance = z.infer<typeof Instance>;
const Recovery = z.looseObject({
  subject: z.string(),
  beganAt: z.string(),
  detectedAt: z.string().nullable(),
  recoveredAt: z.string().nullable(),
});
const Service = z.object({ spec: z.object({ ports: z.array(z.object({ nodePort: z.number() })) }) });

export type Size = 'small' | 'medium';
const SIZES = { small: { workers: 3 }, medium: { workers: 3 } } as const satisfies Record<Size, object>;

/** A cluster to be hurt, with two web replicas on different nodes. */
export class Ground {
  readonly installation: Installation;
  readonly kubernetes: Kubernetes;
  readonly deployment: string;
  readonly webPort: number;
  readonly #calmWithinMs: number;

  private constructor(parts: {
    installation: Installation;
    kubernetes: Kubernetes;
    deployment: string;
    webPort: number;
    calmWithinMs: number;
  }) {
    this.installation = parts.installation;
    this.kubernetes = parts.kubernetes;
    this.deployment = parts.deployment;
    this.webPort = parts.webPort;
    this.#calmWithinMs = parts.calmWithinMs;
  }

  static async open(size: Size, calmWithinMs: number): Promise<Ground> {
    const installation = await openInstallation();
    try {
      const { client } = installation;
      if (size === 'medium')
        await configure(installation, containerService, 'plan2', { '.properties.plan2_selector': 'Plan Active' });
      await applyChanges(installation);
      const { taskId } = await client.mutate('clusters.create', ClusterView, {
        name: clusterName,
        planName: size,
        externalHostname: `${clusterName}.bench.local`,
        workerInstances: SIZES[size].workers,
      });
      if (taskId === null) throw new Error('No task makes the cluster.');
      await endOfTask(client, taskId);
      const { uuid } = await client.query('clusters.read', Cluster, { name: clusterName });
      const kubernetes = await openKubernetes(client, clusterName);
      const webPort = await deployWeb(kubernetes);
      await prepareWrites(kubernetes);
      const deployment = `service-instance_${uuid}`;
      const ground = new Ground({ installation, kubernetes, deployment, webPort, calmWithinMs });
      await ground.untilWhole();
      return ground;
    } catch (error) {
      await installation.stack.destroy();
      throw error;
    }
  }

  async close(): Promise<void> {
    this.kubernetes.close();
    await this.installation.stack.destroy();
  }

  instances(): Promise<Instance[]> {
    return this.installation.client.query('instances.list', z.array(Instance), { deployment: this.deployment });
  }

  async instance(name: string): Promise<Instance> {
    const found = (await this.instances()).find((one) => nameOf(one) === name);
    if (!found) throw new Error(`There is no ${name}.`);
    return found;
  }

  /** VMs of the cluster that run. */
  async vms(): Promise<Vm[]> {
    return (await listVms(this.installation)).filter((vm) => vm.deployment === this.deployment);
  }

  async vmOf(instance: Instance): Promise<Vm> {
    const found = (await this.vms()).find((vm) => vm.instance.endsWith(instance.id));
    if (!found) throw new Error(`${nameOf(instance)} has no running VM.`);
    return found;
  }

  /** Pods of the web that serve; one that leaves is not among them. */
  webPods(): Promise<Pod[]> {
    return this.kubernetes.servingPods('app=web');
  }

  /** When the detector wrote down that the instance's VM is dead, ms since 1970. */
  async noticedAt(instance: Instance, since: number): Promise<number> {
    return poll(
      async () => {
        const rows = await this.installation.client.query('health.recoveries', z.array(Recovery), {
          deployment: this.deployment,
          layer: 'vm',
          limit: 20,
        });
        const row = rows.find(
          (one) => one.subject === `instance/${instance.id}` && Date.parse(one.detectedAt ?? '') >= since,
        );
        return row?.detectedAt ? Date.parse(row.detectedAt) : false;
      },
      { what: `${nameOf(instance)} to be noticed`, everyMs: 100, deadlineMs: 120_000 },
    );
  }

  /** Everything as at the start, then a rest, then what the machine did besides. */
  async rest(): Promise<Surroundings> {
    await this.untilWhole();
    await sleep(restMs);
    return lookAround(this.#calmWithinMs);
  }

  async untilWhole(): Promise<void> {
    const instances = await this.instances();
    await poll(
      async () => {
        const [ready, pods, now] = await Promise.all([this.kubernetes.readyNodes(), this.webPods(), this.instances()]);
        const apart = new Set(pods.map((pod) => pod.node)).size === 2;
        return ready.length === instances.length && apart && now.every((one) => one.jobState === 'running');
      },
      { what: 'the cluster to be whole', everyMs: 500, deadlineMs: wholeWithinMs },
    );
  }
}

export const nameOf = (instance: Instance): string => `${instance.group}/${instance.index}`;
export const nodeOf = (instance: Instance): string => `${instance.group}-${instance.index}`;

async function deployWeb(kubernetes: Kubernetes): Promise<number> {
  const labels = { app: 'web' };
  const spread = { maxSkew: 1, whenUnsatisfiable: 'ScheduleAnyway', labelSelector: { matchLabels: labels } };
  await kubernetes.send({
    method: 'POST',
    path: '/apis/apps/v1/namespaces/default/deployments',
    body: {
      metadata: { name: 'web' },
      spec: {
        replicas: 2,
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: {
            topologySpreadConstraints: [
              { ...spread, topologyKey: 'kubernetes.io/hostname' },
              { ...spread, topologyKey: 'topology.kubernetes.io/zone' },
            ],
            affinity: {
              podAntiAffinity: {
                requiredDuringSchedulingIgnoredDuringExecution: [
                  { labelSelector: { matchLabels: labels }, topologyKey: 'kubernetes.io/hostname' },
                ],
              },
            },
            containers: [
              { name: 'nginx', image: nginx, readinessProbe: { httpGet: { path: '/', port: 80 }, periodSeconds: 1 } },
            ],
          },
        },
      },
    },
  });
  const made = await kubernetes.send({
    method: 'POST',
    path: '/api/v1/namespaces/default/services',
    body: { metadata: { name: 'web' }, spec: { type: 'NodePort', selector: labels, ports: [{ port: 80 }] } },
  });
  const port = Service.parse(JSON.parse(made)).spec.ports[0]?.nodePort;
  if (port === undefined) throw new Error('The service has no node port.');
  return port;
}
