import { expect } from '@playwright/test';
import { z } from 'zod';
import type { Fleet } from './fleet.ts';

const Sampled = z.object({ id: z.string(), state: z.string().nullable(), addresses: z.array(z.string()) });
export type Sampled = z.infer<typeof Sampled>;

const Seen = z.object({
  nodes: z.array(z.object({ name: z.string(), status: z.string() })),
  pods: z.array(
    z.object({
      name: z.string(),
      uid: z.string(),
      ready: z.boolean(),
      node: z.string().nullable(),
      keeper: z.string().nullable(),
    }),
  ),
  workloads: z.array(z.object({ kind: z.string(), name: z.string(), desired: z.number(), ready: z.number() })),
});

/** Samples of one cluster by the command line, and what its watcher sees of them. */
export class Samples {
  readonly #fleet: Fleet;
  readonly #cluster: string;

  constructor(fleet: Fleet, cluster: string) {
    this.#fleet = fleet;
    this.#cluster = cluster;
  }

  /** Returns when the sample answers. */
  async deploy(sample: string): Promise<void> {
    await this.#fleet.shell.tessera('sample', 'deploy', this.#cluster, sample, '--log');
  }

  async list(): Promise<Sampled[]> {
    return z
      .array(Sampled)
      .parse(JSON.parse(await this.#fleet.shell.tessera('sample', 'list', this.#cluster, '--json')));
  }

  async seen(): Promise<z.infer<typeof Seen>> {
    return Seen.parse(JSON.parse(await this.#fleet.shell.tessera('workloads', this.#cluster, '--json')));
  }

  async podsOf(deployment: string) {
    return (await this.seen()).pods.filter((pod) => pod.keeper === `Deployment/${deployment}`);
  }

  /** Sends one of the sample's requests until it is answered as expected; answers what was printed. */
  async ask(sample: string, request: string): Promise<string> {
    let printed = '';
    await expect
      .poll(
        async () => {
          const ended = await this.#fleet.shell.attempt('tessera', ['sample', 'ask', this.#cluster, sample, request]);
          printed = `${ended.stdout}${ended.stderr}`;
          return ended.code === 0 ? 'as expected' : printed;
        },
        { timeout: 60_000, message: `${request} of ${sample}` },
      )
      .toBe('as expected');
    return printed;
  }

  /** Kills the VM that the Deployment's pod runs on; answers the pod. */
  async killVmUnder(deployment: string) {
    const [pod] = await this.podsOf(deployment);
    const cluster = await this.#fleet.cluster(this.#cluster);
    if (!cluster || !pod?.node) throw new Error(`${deployment} has no pod on ${this.#cluster}.`);
    const vmName = pod.node.replace('-', '/');
    const vm = (await this.#fleet.vmsOf(cluster)).find((one) => one.labels['tessera.meta.name'] === vmName);
    if (!vm) throw new Error(`${vmName} has no VM.`);
    await this.#fleet.engine.kill(vm.name);
    return { ...pod, node: pod.node };
  }

  /** Waits until a pod other than `not` (a uid) of the Deployment is ready. */
  async expectReady(deployment: string, { not }: { not: string }): Promise<void> {
    await expect
      .poll(async () => (await this.podsOf(deployment)).filter((pod) => pod.ready && pod.uid !== not).length, {
        timeout: 120_000,
        message: `ready pods of ${deployment}`,
      })
      .toBe(1);
  }
}
