import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from '@playwright/test';
import { z } from 'zod';
import { type DemoOptions, writeDemoFile } from '../demo-file.ts';
import { type Stack, type StackOptions, startStack } from '../stack.ts';
import { CommandLine } from './command-line.ts';
import { type Container, Engine } from './engine.ts';

export const ADMINISTRATOR = { user_name: 'admin', password: 'faults are ordinary', passphrase: 'and nothing is lost' };
const domain = 'faults.example';
const pollMs = 100;
const ended = ['succeeded', 'failed'];

const Cluster = z.object({
  name: z.string(),
  uuid: z.string(),
  lastActionState: z.string(),
  lastActionDescription: z.string(),
  taskId: z.number().nullable(),
});
export type Cluster = z.infer<typeof Cluster>;

type Forms = NonNullable<DemoOptions['forms']>;
export type FleetOptions = Omit<StackOptions, 'cpi'> & { forms?: Forms };

/** Makes the plan of 3 masters over 3 AZs, `medium`, one that clusters can have. */
export const MEDIUM_PLAN: Forms = { plan2: { '.properties.plan2_selector': 'Plan Active' } };

/** A stack whose Container Service is applied, and what a test does with clusters on it. */
export class Fleet {
  readonly stack: Stack;
  readonly engine: Engine;
  readonly shell: CommandLine;
  readonly home: string;

  private constructor(stack: Stack, home: string) {
    this.stack = stack;
    this.home = home;
    this.engine = new Engine(stack.state);
    this.shell = new CommandLine(stack, home);
  }

  /** Set up, configured and applied by the unattended run, without a cluster. `forms` are further values of the Container Service tile. */
  static async start({ forms = {}, ...options }: FleetOptions = {}): Promise<Fleet> {
    const home = mkdtempSync(path.join(tmpdir(), 'tessera-fleet-'));
    const fleet = new Fleet(await startStack({ ...options, cpi: 'container' }), home);
    try {
      await fleet.shell.tessera('demo', writeDemoFile(home, { administrator: ADMINISTRATOR, domain, forms }));
      await fleet.logIn();
    } catch (error) {
      await fleet.destroy();
      throw error;
    }
    return fleet;
  }

  /** The pks command line, at the API VM's address. */
  async logIn(): Promise<void> {
    const [vm] = await this.engine.vms();
    const address = vm?.labels['tessera.address'] ?? 'no API VM';
    const { user_name, password } = ADMINISTRATOR;
    await this.shell.pks('login', '-a', address, '-k', '-u', user_name, '-p', password);
  }

  async destroy(): Promise<void> {
    await this.stack.destroy();
    rmSync(this.home, { recursive: true, force: true });
  }

  /** Asks for a cluster, of the small plan with one worker unless told otherwise, and returns while it is being made. */
  async requestCluster(name: string, { plan = 'small', workers = 1 } = {}): Promise<Cluster> {
    await this.shell.pks('create-cluster', name, '-e', `${name}.${domain}`, '-p', plan, '-n', String(workers));
    const cluster = await this.cluster(name);
    if (cluster === undefined) throw new Error(`${name} was asked for and is not in the list`);
    return cluster;
  }

  /** Undefined while nobody answers, and when there is no such cluster. */
  async cluster(name: string): Promise<Cluster | undefined> {
    const { code, stdout } = await this.shell.attempt('tessera', ['clusters', '--json']);
    if (code !== 0) return undefined;
    return z
      .array(Cluster)
      .parse(JSON.parse(stdout))
      .find((one) => one.name === name);
  }

  /** Waits until what goes on with the cluster has ended, and expects it to have ended so. */
  async expectCluster(name: string, state: 'succeeded' | 'failed', timeout: number): Promise<void> {
    let cluster: Cluster | undefined;
    const hasEnded = async () => {
      cluster = await this.cluster(name);
      return cluster !== undefined && ended.includes(cluster.lastActionState);
    };
    await expect.poll(hasEnded, { timeout }).toBe(true);
    expect(cluster?.lastActionState, cluster?.lastActionDescription).toBe(state);
  }

  /** VMs of one cluster, on or off. */
  async vmsOf(cluster: Cluster): Promise<Container[]> {
    return this.engine.vms(`tessera.deployment=service-instance_${cluster.uuid}`);
  }

  /** Waits until the first VM of the cluster runs; answers it. */
  async firstVm(cluster: Cluster, group = ''): Promise<Container> {
    for (let waitedMs = 0; waitedMs < 60_000; waitedMs += pollMs) {
      const vms = await this.vmsOf(cluster);
      const vm = vms.find((one) => one.isRunning && one.labels['tessera.instance']?.startsWith(group));
      if (vm) return vm;
      await new Promise((resolve) => setTimeout(resolve, pollMs));
    }
    throw new Error(`No VM of cluster ${cluster.name} in 60 s.`);
  }

  /** One running VM for each instance, none twice, none off. */
  async expectWhole(cluster: Cluster): Promise<void> {
    const vms = await this.vmsOf(cluster);
    expect(vms.map((vm) => `${vm.labels['tessera.meta.name']} ${vm.isRunning ? 'on' : 'off'}`).toSorted()).toEqual([
      'master/0 on',
      'worker/0 on',
    ]);
  }

  /** kubectl, with this cluster as its context. */
  async kubectl(name: string) {
    await this.shell.pks('get-credentials', name);
    return this.shell.kubectl();
  }

  async deleteCluster(name: string): Promise<void> {
    await this.shell.pks('delete-cluster', name, '--non-interactive', '--wait');
  }
}
