import { readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from '@playwright/test';
import { z } from 'zod';
import type { Kubectl } from '../real/command-line.ts';
import type { Container } from '../real/engine.ts';
import { type Cluster, Fleet, type FleetOptions, MEDIUM_PLAN } from '../real/fleet.ts';
import { Kubernetes } from '../real/kubernetes.ts';
import { deployWeb } from '../real/workloads.ts';
import { Writes } from './writes.ts';

const lookMs = 200;
const Installation = z.object({ subnet: z.object({ gateway: z.string() }) });
const Instances = z.array(
  z.object({ group: z.string(), index: z.number(), jobState: z.string(), diskCid: z.string().nullable() }),
);
const createdWithinMs = 4 * 60_000;

export interface FieldSize {
  plan: 'small' | 'medium';
  masters: number;
  workers: number;
}

/** A cluster that is about to suffer: two web replicas answer in it, and writes are counted up all the time. */
export class Field {
  readonly fleet: Fleet;
  readonly cluster: Cluster;
  readonly kubectl: Kubectl;
  readonly kubernetes: Kubernetes;
  readonly writes: Writes;
  readonly webPort: number;
  readonly #size: FieldSize;
  #disks: string[] = [];

  private constructor(parts: {
    fleet: Fleet;
    cluster: Cluster;
    kubectl: Kubectl;
    kubernetes: Kubernetes;
    writes: Writes;
    webPort: number;
    size: FieldSize;
  }) {
    this.fleet = parts.fleet;
    this.cluster = parts.cluster;
    this.kubectl = parts.kubectl;
    this.kubernetes = parts.kubernetes;
    this.writes = parts.writes;
    this.webPort = parts.webPort;
    this.#size = parts.size;
  }

  static async start(size: FieldSize, options: FleetOptions = {}): Promise<Field> {
    const fleet = await Fleet.start({ forms: size.plan === 'medium' ? MEDIUM_PLAN : {}, ...options });
    try {
      const cluster = await fleet.requestCluster('field', { plan: size.plan, workers: size.workers });
      await fleet.expectCluster('field', 'succeeded', createdWithinMs);
      const kubectl = await fleet.kubectl('field');
      const webPort = await deployWeb(kubectl);
      const kubernetes = new Kubernetes(await kubectl('config', 'view', '--raw', '--output', 'yaml'));
      const writes = new Writes(kubernetes);
      const field = new Field({ fleet, cluster, kubectl, kubernetes, writes, webPort, size });
      await writes.start();
      field.#disks = field.#listDisks();
      return field;
    } catch (error) {
      await fleet.destroy();
      throw error;
    }
  }

  get deployment(): string {
    return `service-instance_${this.cluster.uuid}`;
  }

  async end(): Promise<void> {
    await this.writes.stop();
    this.kubernetes.close();
    await this.fleet.destroy();
  }

  /** The running VM of an instance, by the name that pages show: `worker/1`. */
  async vm(name: string): Promise<Container> {
    const found = (await this.fleet.vmsOf(this.cluster)).find((vm) => nameOf(vm) === name && vm.isRunning);
    if (!found) throw new Error(`${name} has no running VM.`);
    return found;
  }

  /** VMs of the cluster and what else runs for it, with their AZ. */
  async vms(): Promise<Container[]> {
    return this.fleet.vmsOf(this.cluster);
  }

  /** Waits for another VM under the same name; answers it. */
  async replaced(before: Container, timeout = 90_000): Promise<Container> {
    let now: Container | undefined;
    await expect
      .poll(
        async () => {
          now = (await this.vms()).find((vm) => nameOf(vm) === nameOf(before) && vm.isRunning);
          return now !== undefined && now.name !== before.name;
        },
        { timeout, intervals: [lookMs], message: `${nameOf(before)} on another VM` },
      )
      .toBe(true);
    if (!now) throw new Error(`${nameOf(before)} is gone again.`);
    return now;
  }

  /**
   * Waits until all is as it was: every node Ready, every pod of the web Ready, one running VM an instance and none twice, the same disks and no
   * more, and no acknowledged write lost.
   */
  async expectWhole(timeout = 120_000): Promise<void> {
    const { masters, workers } = this.#size;
    const names = [...range('master', masters), ...range('worker', workers)];
    const nodes = names.map((name) => name.replace('/', '-'));
    await expect
      .poll(async () => (await this.#ask(() => this.kubernetes.readyNodes()))?.toSorted(), {
        timeout,
        intervals: [lookMs],
        message: 'Ready nodes',
      })
      .toEqual(nodes.toSorted());
    await expect
      .poll(async () => (await this.#ask(() => this.kubernetes.servingPods('app=web')))?.length, {
        timeout,
        intervals: [lookMs],
        message: 'Ready pods of the web',
      })
      .toBe(2);
    await expect
      .poll(async () => (await this.vms()).map((vm) => `${nameOf(vm)} ${vm.isRunning ? 'on' : 'off'}`).toSorted(), {
        timeout,
        intervals: [lookMs],
        message: 'VMs of the cluster',
      })
      .toEqual(names.map((name) => `${name} on`).toSorted());
    await this.#expectRunning(timeout);
    expect(this.#listDisks(), 'persistent disks').toEqual(this.#disks);
    await expect
      .poll(() => this.#ask(() => this.writes.lost()), {
        timeout: 10_000,
        message: 'acknowledged writes that are gone',
      })
      .toBe(0);
  }

  /** Name of the persistent disk of a VM's instance, as it lies in the state folder. */
  async diskOf(vm: Container): Promise<string> {
    const instances = await this.#instances();
    const disk = instances?.find((one) => `${one.group}/${one.index}` === nameOf(vm))?.diskCid;
    if (!disk) throw new Error(`${nameOf(vm)} has no persistent disk.`);
    return disk;
  }

  /** A persistent disk is lost with all that is on it. */
  removeDisk(cid: string): void {
    rmSync(path.join(this.#diskFolder, cid), { recursive: true });
  }

  /** Address on the VM network at which the director serves agents. */
  get gateway(): string {
    const file = path.join(this.fleet.stack.state, 'installation.json');
    return Installation.parse(JSON.parse(readFileSync(file, 'utf8'))).subnet.gateway;
  }

  /** After a master's disk was lost on purpose, the new one belongs to the picture. */
  forgetDisks(): void {
    this.#disks = this.#listDisks();
  }

  /** Writes must still be acknowledged, or be so again, by then. */
  async expectWriting(timeout: number): Promise<void> {
    const before = this.writes.acknowledged;
    await expect.poll(() => this.writes.acknowledged, { timeout, intervals: [lookMs] }).toBeGreaterThan(before);
  }

  /** For that long the VM stays the one it is. */
  async expectKept(before: Container, forMs: number): Promise<void> {
    for (const end = Date.now() + forMs; Date.now() < end; await sleep(lookMs)) {
      const same = (await this.vms()).filter((vm) => nameOf(vm) === nameOf(before));
      expect(same.map((vm) => vm.name)).toEqual([before.name]);
    }
  }

  /** The console's own word on its instances, as the CLI prints it. */
  async #expectRunning(timeout: number): Promise<void> {
    await expect
      .poll(
        async () => {
          const instances = await this.#instances();
          if (!instances) return ['the console does not answer'];
          return instances
            .filter((one) => one.jobState !== 'running')
            .map((one) => `${one.group}/${one.index} ${one.jobState}`);
        },
        { timeout, intervals: [1_000], message: 'instances that do not run' },
      )
      .toEqual([]);
  }

  async #instances(): Promise<z.infer<typeof Instances> | undefined> {
    const args = ['instances', '-d', this.deployment, '--json'];
    const { code, stdout } = await this.fleet.shell.attempt('tessera', args);
    return code === 0 ? Instances.parse(JSON.parse(stdout)) : undefined;
  }

  /** Asks the cluster; undefined when it does not answer at this moment: its address moves while masters come back. */
  async #ask<T>(question: () => Promise<T>): Promise<T | undefined> {
    try {
      return await question();
    } catch {
      this.kubernetes.reconnect();
      return undefined;
    }
  }

  #listDisks(): string[] {
    return readdirSync(this.#diskFolder).toSorted();
  }

  get #diskFolder(): string {
    return path.join(this.fleet.stack.state, 'disks');
  }
}

export const nameOf = (vm: Container): string => vm.labels['tessera.meta.name'] ?? vm.name;

const range = (group: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${group}/${index}`);
