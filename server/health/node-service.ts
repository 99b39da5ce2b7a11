import type { Pool } from 'pg';
import { readLeaseTime, withNode } from '#server/kubernetes/node-service.ts';
import { returnToService } from '#server/kubernetes/return-to-service.ts';
import { takeOutOfService } from '#server/kubernetes/take-out-of-service.ts';
import type { Clock } from '#server/platform/clock.ts';
import type { Log } from '#server/platform/log.ts';
import type { Vault } from '#server/platform/vault.ts';
import { isDown, type VmCase, type Watched } from './vm-case.ts';

const RETRY_MS = 500;
/** A cluster without quorum takes no taint; its repair takes over. */
const OUT_MS = 60_000;
const BACK_MS = 300_000;
const LEASE_MS = 900;

export type NodeServiceOptions = { pool: Pool; vault: Vault; clock: Clock; log: Log; signal: AbortSignal };

/** Tells clusters at once that a machine is off, and that it is back; asks them whether they hear of a silent one. */
export class NodeService {
  readonly #options: NodeServiceOptions;
  readonly #leases = new Map<string, string>();
  readonly #running = new Set<Promise<void>>();

  constructor(options: NodeServiceOptions) {
    this.#options = options;
  }

  /**
   * It is dead and surely off: a worker's pods leave now, a master's programs lead no longer. Tried while it stays dead and the API does not
   * answer.
   */
  noteDead(vmCase: VmCase): void {
    if (!vmCase.instance.isCluster) return;
    // a master takes no pods: there is nothing to return it to
    vmCase.isOutOfService = vmCase.instance.group !== 'master';
    this.#follow(vmCase, OUT_MS, () => isDown(vmCase.health), takeOutOfService);
  }

  /** It lives. One that was repaired is returned by its repair too: whoever comes second finds nothing to do. */
  noteAlive(vmCase: VmCase): void {
    this.#leases.delete(vmCase.instance.id);
    if (!vmCase.isOutOfService) return;
    vmCase.isOutOfService = false;
    this.#follow(vmCase, BACK_MS, () => vmCase.health === 'alive', returnToService);
  }

  /** True when the lease changed since it was first asked for in this silence: no clock is compared with another. */
  async isLeaseRenewed(instance: Watched, signal: AbortSignal): Promise<boolean> {
    if (!instance.isCluster) return false;
    try {
      const lease = await withNode(
        this.#options,
        instance.id,
        { deadlineMs: LEASE_MS, signal },
        (api, { node }, inTime) => readLeaseTime(api, node, inTime),
      );
      if (lease === 'no node' || lease === 'unreachable' || lease === '') return false;
      const first = this.#leases.get(instance.id);
      if (first === undefined) this.#leases.set(instance.id, lease);
      return first !== undefined && first !== lease;
    } catch (error) {
      // a cluster that refuses to say proves nothing
      if (!signal.aborted) this.#options.log.debug({ err: error, instance: instance.id }, 'lease not read');
      return false;
    }
  }

  /** Resolves when nothing of this runs any more; for the end of the director. */
  async settled(): Promise<void> {
    await Promise.all(this.#running);
  }

  #follow(
    vmCase: VmCase,
    mostMs: number,
    isWanted: () => boolean,
    tell: typeof takeOutOfService | typeof returnToService,
  ): void {
    const { clock, log, signal } = this.#options;
    const until = clock.monotonic() + mostMs;
    const run = async (): Promise<void> => {
      while (!signal.aborted && isWanted() && clock.monotonic() < until) {
        try {
          const told = await tell(this.#options, vmCase.instance.id, signal);
          if (told === 'done' || told === 'no node') return;
        } catch (error) {
          if (!signal.aborted)
            log.warn({ err: error, instance: vmCase.instance.id }, 'cannot change the service of a node now');
        }
        // the abort ends the sleep; the loop's condition sees it
        await clock.sleep(RETRY_MS, signal).catch(() => undefined);
      }
    };
    const running = run().finally(() => this.#running.delete(running));
    this.#running.add(running);
  }
}
