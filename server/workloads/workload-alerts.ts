import { and, eq, like, or } from 'drizzle-orm';
import { alerts } from '#db/schema/alerts.ts';
import { instances } from '#db/schema/deployments.ts';
import type { Tx } from '#db/transaction.ts';
import { raiseAlert, resolveAlert } from '#server/alerts/raise-alert.ts';
import type { ClusterMemory } from './cluster-memory.ts';
import { isSystem } from './tracked.ts';

/** So long may a keeper be short of pods, and a node NotReady though its VM lives. */
const KEEPER_MS = 60_000;
const NODE_MS = 10_000;
const MOST_OPEN = 1000;

/** Alerts of the pods and nodes of one deployment. They are resolved by themselves. */
export class WorkloadAlerts {
  readonly #deployment: string;
  readonly #cluster: string;
  readonly #raised = new Set<string>();
  /** Since when, on the monotonic clock, a key's trouble lasts. */
  readonly #since = new Map<string, number>();

  constructor(deployment: string, cluster: string) {
    this.#deployment = deployment;
    this.#cluster = cluster;
  }

  /** Alerts that an earlier director raised; call once. */
  async load(tx: Tx): Promise<void> {
    const rows = await tx.db
      .select({ key: alerts.key })
      .from(alerts)
      .where(
        and(
          eq(alerts.state, 'open'),
          or(like(alerts.key, `pod:${this.#deployment}/%`), like(alerts.key, `node:${this.#deployment}/%`)),
        ),
      )
      .limit(MOST_OPEN);
    this.#raised.clear();
    for (const { key } of rows) this.#raised.add(key);
  }

  /** True while a check may find something: nothing needs to be looked at otherwise. */
  isDue(memory: ClusterMemory): boolean {
    return this.#raised.size > 0 || this.#since.size > 0 || this.#troubles(memory).length > 0;
  }

  /** Raises what has lasted long enough, resolves what is over. `monotonicMs` from the director's clock. */
  async check(tx: Tx, memory: ClusterMemory, monotonicMs: number): Promise<void> {
    const troubles = this.#troubles(memory);
    const keys = new Set(troubles.map((one) => one.key));
    for (const key of this.#raised) {
      if (keys.has(key)) continue;
      await resolveAlert(tx, key);
      this.#raised.delete(key);
    }
    for (const key of this.#since.keys()) if (!keys.has(key)) this.#since.delete(key);
    for (const trouble of troubles) {
      const since = this.#since.get(trouble.key) ?? monotonicMs;
      this.#since.set(trouble.key, since);
      if (this.#raised.has(trouble.key) || monotonicMs - since < trouble.afterMs) continue;
      if (trouble.node !== null && !(await this.#vmLives(tx, trouble.node))) continue;
      const { afterMs: _after, node: _node, ...report } = trouble;
      await raiseAlert(tx, { ...report, deployment: this.#deployment, handled: true });
      this.#raised.add(trouble.key);
    }
  }

  #troubles(memory: ClusterMemory) {
    const ready = memory.readyByKeeper();
    const short = memory.keepers().flatMap((one) => {
      const keeper = `${one.kind}/${one.namespace}/${one.name}`;
      const count = ready.get(keeper) ?? 0;
      if (one.deleting || count >= one.desired) return [];
      return [
        {
          key: `pod:${this.#deployment}/${one.namespace}/${one.kind}/${one.name}`,
          severity: count === 0 && !isSystem(one.namespace) ? ('error' as const) : ('warning' as const),
          category: 'pod' as const,
          subject: `pod/${this.#deployment}/${one.namespace}/${one.name}`,
          title: `${one.kind} ${one.name} of ${this.#cluster} has ${count} of ${one.desired} pods`,
          detail: `${one.kind} ${one.namespace}/${one.name} has been short of pods for ${KEEPER_MS / 1000} s. Kubernetes goes on trying. Look at its pods on the Workloads tab; kubectl describe tells why one does not start.`,
          afterMs: KEEPER_MS,
          node: null,
        },
      ];
    });
    const silent = [...memory.nodes.values()].flatMap((node) => {
      if (node.ready) return [];
      return [
        {
          key: `node:${this.#deployment}/${node.name}`,
          severity: 'error' as const,
          category: 'process' as const,
          subject: `node/${this.#deployment}/${node.name}`,
          title: `Node ${node.name} of ${this.#cluster} is NotReady while its VM is alive`,
          detail: `The VM of ${node.name} is heard, but its kubelet has not told the cluster that it is ready for ${NODE_MS / 1000} s. Its kubelet, container runtime or network is at fault; processes are restarted by themselves. See the processes of the VM.`,
          afterMs: NODE_MS,
          node: node.name,
        },
      ];
    });
    return [...short, ...silent];
  }

  async #vmLives(tx: Tx, node: string): Promise<boolean> {
    const rows = await tx.db
      .select({ group: instances.groupName, index: instances.index, health: instances.vmHealth })
      .from(instances)
      .where(eq(instances.deployment, this.#deployment))
      .limit(1000);
    return rows.some((row) => `${row.group}-${row.index}` === node && row.health === 'alive');
  }
}
