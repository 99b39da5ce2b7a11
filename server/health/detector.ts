import type { Pool } from 'pg';
import { inTransaction } from '#db/transaction.ts';
import type { VmHealth } from '#model/health.ts';
import type { Cpi, PowerState } from '#server/cpi/cpi.ts';
import type { Agents } from '#server/gateway/call-agent.ts';
import type { Clock } from '#server/platform/clock.ts';
import type { Log } from '#server/platform/log.ts';
import { findWitnesses, probed } from './find-witnesses.ts';
import { type Evidence, judgeVm, SILENT_MS, type VmVerdict } from './judge-vm.ts';
import { probeVm } from './probe-vm.ts';
import type { HealthSettings } from './read-fleet.ts';
import type { HeartbeatRecorder } from './record-heartbeat.ts';
import { findWork } from './request-repair.ts';
import { isDown, newCase, type VmCase, type Watched } from './vm-case.ts';

/** After a director's start agents come back within a second or two, later on a busy machine. What is off is found at once all the same. */
const START_GRACE_MS = 12_000;
/** A tick that is so late says that this process stood still: what it did not hear meanwhile says nothing. */
const STALL_MS = 1500;
const LOOK_EVERY_MS = 1000;
const SLOW_LOOK_EVERY_MS = 5000;
/** Looks at once for silence alone; news of the infrastructure is looked into at once. */
const MOST_LOOKS = 64;
const CPI_MS = 5000;
const FENCE_MS = 20_000;
/** A suspect this young may explain why its neighbours died: their repair waits for it. */
const SETTLE_MS = 1500;
/** A VM that a task works on is left to it for so long. */
const WORK_PATIENCE_MS = 30_000;
const LEAST_SILENT = 3;
/** What a dead VM said last may still lie in a buffer; no machine boots faster. */
const LAST_WORDS_MS = 500;
/** What the infrastructure told so lately is when it died; else that was when it fell silent. */
const FRESH_MS = 10_000;

export type DetectorOptions = {
  pool: Pool;
  cpi: Pick<Cpi, 'powerState' | 'powerOffVm'>;
  agents: Agents;
  heartbeats: Pick<HeartbeatRecorder, 'lifeOf'>;
  clock: Clock;
  log: Log;
  signal: AbortSignal;
  /** The director itself has a way to the network of the VMs. */
  reachesVms: boolean;
  /** How much longer than usual answers may take; 1 on a calm machine. */
  strain: () => number;
  settings: () => HealthSettings;
  /** May this VM be fenced now? Resurrection and the meltdown guard have their say. */
  mayFence: (vmCase: VmCase) => boolean;
  /** Renewed the kubelet its lease since it fell silent? False when nobody can tell. */
  isLeaseRenewed: (instance: Watched, signal: AbortSignal) => Promise<boolean>;
  /** A case changed and is to be written and acted upon. */
  onChange: (vmCase: VmCase) => void;
};

/**
 * Decides of each VM whether it lives. Memory only: what it decides is written by others, so that a database that is away changes no decision.
 * It must never let two of one run: what is on but silent is fenced before it counts as dead.
 */
export class Detector {
  readonly cases = new Map<string, VmCase>();
  readonly #options: DetectorOptions;
  readonly #byCid = new Map<string, string>();
  #listeningSince: number;
  #tickedAt: number;
  #isFleetSilent = false;
  #isFilled = false;
  #looking = 0;

  constructor(options: DetectorOptions) {
    this.#options = options;
    const now = options.clock.monotonic();
    this.#tickedAt = now;
    this.#listeningSince = now + START_GRACE_MS - SILENT_MS;
  }

  /** Takes over what the rows say; answers the cases that are watched no longer. */
  refresh(fleet: readonly Watched[]): VmCase[] {
    const now = this.#options.clock.monotonic();
    const gone = new Set(this.cases.keys());
    this.#byCid.clear();
    for (const instance of fleet) {
      gone.delete(instance.id);
      if (instance.vmCid) this.#byCid.set(instance.vmCid, instance.id);
      const known = this.cases.get(instance.id);
      if (!known) {
        // one that comes into the books while this director works was made or started just now
        this.cases.set(instance.id, { ...newCase(instance, now), startedAt: this.#isFilled ? now : null });
        continue;
      }
      const isNewVm = instance.vmCid !== null && instance.vmCid !== known.instance.vmCid;
      known.instance = instance;
      if (!isNewVm) continue;
      known.startedAt = now;
      // what was decided is about the VM before; whether this one lives is to be seen
      if (isDown(known.health)) Object.assign(known, { health: 'unknown', reason: '', since: now, isWritten: true });
    }
    this.#isFilled = true;
    return [...gone].flatMap((id) => {
      const vmCase = this.cases.get(id);
      this.cases.delete(id);
      return vmCase ? [vmCase] : [];
    });
  }

  /** News of the infrastructure. False when no such VM is known. */
  noteVm(news: { cid: string; event: 'stopped' | 'started' | 'removed' }): boolean {
    const vmCase = this.cases.get(this.#byCid.get(news.cid) ?? '');
    if (!vmCase) return false;
    if (news.event === 'started') vmCase.startedAt = this.#options.clock.monotonic();
    else {
      vmCase.newsAt = this.#options.clock.monotonic();
      void this.#look(vmCase);
    }
    return true;
  }

  /** The connection of an agent ended. */
  noteLost(id: string): void {
    const vmCase = this.cases.get(id);
    if (vmCase) void this.#look(vmCase);
  }

  /** An agent said hello or told its state: a VM that was given up lives (again, or still). */
  noteBeat(id: string): void {
    const vmCase = this.cases.get(id);
    if (!vmCase) return;
    if (vmCase.health === 'dead' && this.#options.clock.monotonic() - vmCase.since < LAST_WORDS_MS) return;
    vmCase.startedAt = null;
    this.#noteAlive(vmCase);
  }

  #noteAlive(vmCase: VmCase): void {
    if (vmCase.health !== 'alive') this.#set(vmCase, 'alive', '');
    if (!vmCase.hasFault || vmCase.recoveredAt !== null) return;
    const beat = this.#options.heartbeats.lifeOf(vmCase.instance.id)?.beat;
    // before its first spec it runs nothing, whatever it says
    if (beat?.jobState !== 'running' || beat.digest === null) return;
    vmCase.recoveredAt = this.#options.clock.monotonic();
    this.#options.onChange(vmCase);
  }

  /** Looks into everybody who is silent; all of them side by side. */
  tick(): void {
    const now = this.#options.clock.monotonic();
    if (now - this.#tickedAt > STALL_MS) this.#listeningSince = now;
    this.#tickedAt = now;
    const watched = [...this.cases.values()].filter(({ health }) => !isDown(health));
    const silent = watched.filter((vmCase) => this.#silentMs(vmCase) >= SILENT_MS);
    this.#isFleetSilent = silent.length >= LEAST_SILENT && silent.length * 2 > this.cases.size;
    for (const vmCase of watched) this.#visit(vmCase, now);
    // a hung one that could not be fenced yet
    for (const vmCase of this.cases.values())
      if (vmCase.health === 'hung' && now - vmCase.lookedAt >= LOOK_EVERY_MS) void this.#look(vmCase);
  }

  /** Somebody in this AZ is being looked into just now. */
  isUnsettled(az: string): boolean {
    const now = this.#options.clock.monotonic();
    return [...this.cases.values()].some(
      ({ instance, health, since, isLooking }) =>
        instance.az === az && health === 'suspect' && isLooking && now - since < SETTLE_MS,
    );
  }

  #visit(vmCase: VmCase, now: number): void {
    const silentMs = this.#silentMs(vmCase);
    if (silentMs < SILENT_MS && this.#options.agents.isConnected(vmCase.instance.id)) {
      this.#noteAlive(vmCase);
      return;
    }
    if (this.#looking >= MOST_LOOKS) return;
    const isSlow = vmCase.health === 'partitioned' || this.#isFleetSilent;
    const every = isSlow ? SLOW_LOOK_EVERY_MS : LOOK_EVERY_MS;
    const crossed = silentMs >= SILENT_MS && silentMs - (now - vmCase.lookedAt) < SILENT_MS;
    if (crossed || now - vmCase.lookedAt >= every) void this.#look(vmCase);
  }

  #silentMs({ instance }: VmCase): number {
    const heardAt = this.#options.heartbeats.lifeOf(instance.id)?.heardAt ?? Number.NEGATIVE_INFINITY;
    return this.#options.clock.monotonic() - Math.max(heardAt, this.#listeningSince);
  }

  async #look(vmCase: VmCase): Promise<void> {
    const { clock, log, signal } = this.#options;
    const cid = vmCase.instance.vmCid;
    if (vmCase.health === 'dead' || cid === null || signal.aborted) return;
    if (vmCase.isLooking) {
      vmCase.isNewsWaiting = true;
      return;
    }
    Object.assign(vmCase, { isLooking: true, isNewsWaiting: false });
    vmCase.lookedAt = clock.monotonic();
    this.#looking += 1;
    try {
      const verdict = await this.#investigate(vmCase, cid);
      log.debug({ instance: vmCase.instance.id, name: vmCase.instance.name, ...verdict }, 'VM looked into');
      if (vmCase.instance.vmCid === cid) await this.#conclude(vmCase, cid, verdict);
    } catch (error) {
      if (!signal.aborted) log.warn({ err: error, instance: vmCase.instance.id }, 'cannot look into a silent VM now');
    } finally {
      vmCase.isLooking = false;
      this.#looking -= 1;
    }
    if (vmCase.isNewsWaiting) await this.#look(vmCase);
  }

  async #investigate(vmCase: VmCase, cid: string): Promise<VmVerdict> {
    const power = await this.#power(cid);
    const first = judgeVm(this.#evidence(vmCase, power, null));
    if (power !== 'on' || this.#silentMs(vmCase) < SILENT_MS) return first;
    if (vmCase.health === 'alive') this.#set(vmCase, 'suspect', first.reason);
    const { agents, heartbeats, clock, signal } = this.#options;
    const probe = await probeVm(
      agents,
      {
        suspect: probed(vmCase.instance, heartbeats),
        peers: findWitnesses(this.cases.values(), vmCase.instance, { agents, heartbeats, now: clock.monotonic() }),
        strain: this.#options.strain(),
        asksHere: this.#options.reachesVms,
        askLease: (probing) => this.#options.isLeaseRenewed(vmCase.instance, probing),
      },
      signal,
    );
    return judgeVm(this.#evidence(vmCase, power, probe));
  }

  #evidence(vmCase: VmCase, power: PowerState | null, probe: Evidence['probe']): Evidence {
    const now = this.#options.clock.monotonic();
    return {
      power,
      silentMs: this.#silentMs(vmCase),
      strain: this.#options.strain(),
      sinceStartMs: vmCase.startedAt === null ? null : now - vmCase.startedAt,
      probe,
      partitionedMs: vmCase.health === 'partitioned' ? now - vmCase.since : 0,
      partitionTimeoutMs: this.#options.settings().detector.partitionTimeoutSeconds * 1000,
      isFleetSilent: this.#isFleetSilent,
    };
  }

  async #conclude(vmCase: VmCase, cid: string, verdict: VmVerdict): Promise<void> {
    switch (verdict.health) {
      case 'alive':
      case 'suspect':
      case 'unknown':
        // what was found before stands until it is heard again or more is known; one never heard stays unknown
        if (vmCase.health === 'alive' || vmCase.health === 'suspect') this.#set(vmCase, verdict.health, verdict.reason);
        return;
      case 'dead':
        this.#set(vmCase, 'dead', vmCase.health === 'hung' ? vmCase.reason : verdict.reason);
        return;
      case 'partitioned':
        this.#set(vmCase, 'partitioned', verdict.reason);
        if (verdict.isOver) await this.#fence(vmCase, cid);
        return;
      case 'hung':
        this.#set(vmCase, 'hung', verdict.reason);
        await this.#fence(vmCase, cid);
    }
  }

  /** Switches a VM off that is on but silent. It counts as dead only when the infrastructure says that it is off. */
  async #fence(vmCase: VmCase, cid: string): Promise<void> {
    const { cpi, log, signal, pool, clock } = this.#options;
    if (!this.#options.mayFence(vmCase)) return;
    const work = await inTransaction(pool, (tx) => findWork(tx, vmCase.instance.id));
    if (work?.isNow && clock.monotonic() - vmCase.since < WORK_PATIENCE_MS) return;
    if (this.#silentMs(vmCase) < SILENT_MS) return;
    log.warn({ instance: vmCase.instance.id, vm: cid, reason: vmCase.reason }, 'VM is fenced');
    const inTime = AbortSignal.any([signal, AbortSignal.timeout(FENCE_MS)]);
    await cpi.powerOffVm(cid, { signal: inTime });
    const power = await this.#power(cid);
    if (power === 'off' || power === 'missing') this.#set(vmCase, 'dead', `${vmCase.reason}; it was switched off`);
  }

  async #power(cid: string): Promise<PowerState | null> {
    const { cpi, signal } = this.#options;
    try {
      return await cpi.powerState(cid, { signal: AbortSignal.any([signal, AbortSignal.timeout(CPI_MS)]) });
    } catch (error) {
      if (signal.aborted) throw error;
      // an infrastructure that does not answer proves nothing
      return null;
    }
  }

  #set(vmCase: VmCase, health: VmHealth, reason: string): void {
    if (vmCase.health === health && vmCase.reason === reason) return;
    const now = this.#options.clock.monotonic();
    const isNew = vmCase.health !== health;
    const wasWell = vmCase.health === 'alive' || vmCase.health === 'suspect' || vmCase.health === 'unknown';
    if (isNew && wasWell && (isDown(health) || health === 'partitioned')) {
      vmCase.beganAt = this.#beganAt(vmCase, health, now);
      Object.assign(vmCase, { hasFault: true, recoveredAt: null });
    }
    const judgedCid = vmCase.instance.vmCid;
    Object.assign(vmCase, { health, reason, judgedCid, since: isNew ? now : vmCase.since, isWritten: false });
    this.#options.onChange(vmCase);
  }

  /** When the infrastructure told that it stopped; of one that nobody told of, the last word is all that is known. */
  #beganAt(vmCase: VmCase, health: VmHealth, now: number): number {
    if (health === 'dead' && now - vmCase.newsAt < FRESH_MS) return vmCase.newsAt;
    return now - Math.max(0, this.#silentMs(vmCase));
  }
}
