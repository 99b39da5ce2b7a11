import type { Pool } from 'pg';
import { inTransaction } from '#db/transaction.ts';
import { DetectorSettings, MeltdownSettings, Resurrection, resurrects } from '#model/health.ts';
import type { Cpi } from '#server/cpi/cpi.ts';
import type { Agents } from '#server/gateway/call-agent.ts';
import type { Clock } from '#server/platform/clock.ts';
import type { Log } from '#server/platform/log.ts';
import type { Vault } from '#server/platform/vault.ts';
import { AzWatch } from './az-watch.ts';
import { Detector } from './detector.ts';
import { MeltdownWatch } from './meltdown-watch.ts';
import { moveNextHome } from './move-home.ts';
import { NodeService } from './node-service.ts';
import { ProcessFaults } from './process-faults.ts';
import { type HealthSettings, readFleet, readHealthSettings } from './read-fleet.ts';
import type { Heartbeat, HeartbeatListener, HeartbeatRecorder } from './record-heartbeat.ts';
import { Repairer } from './repairer.ts';
import { repeatRepairs } from './repeat-repairs.ts';
import { requestRepair } from './request-repair.ts';
import { isDown, type VmCase } from './vm-case.ts';
import { CaseWriter } from './write-cases.ts';

/** Rows are read again this often; a large fleet costs more to read. */
const READ_EVERY_MS = 500;
const LARGE_FLEET = 1000;
const READ_LARGE_EVERY_MS = 2000;
const SLOW_EVERY_MS = 2000;
/** Whether an AZ has power decides where its dead are repaired. */
const AZ_ANSWER_MS = 500;
/** An AZ that came back must stay for so long before anybody moves into it. */
const STEADY_MS = 30_000;

export type GuardianOptions = {
  pool: Pool;
  vault: Vault;
  cpi: Cpi;
  agents: Agents;
  heartbeats: HeartbeatRecorder;
  /** The director itself has a way to the network of the VMs; simulated ones are on none. */
  reachesVms: boolean;
  /** How much longer than usual answers may take on this machine; 1 when it is calm. */
  strain: () => number;
  clock: Clock;
  log: Log;
  signal: AbortSignal;
};

/** All that watches and heals, tied together. Its parts decide; this one says when. */
export class Guardian implements HeartbeatListener {
  readonly #options: GuardianOptions;
  readonly #detector: Detector;
  readonly #writer: CaseWriter;
  readonly #azs: AzWatch;
  readonly #meltdown: MeltdownWatch;
  readonly #repairer: Repairer;
  readonly #nodes: NodeService;
  readonly #processes: ProcessFaults;
  #settings: HealthSettings = {
    resurrection: Resurrection.parse({}),
    meltdown: MeltdownSettings.parse({}),
    detector: DetectorSettings.parse({}),
  };
  #isRestored = false;
  #readAt = Number.NEGATIVE_INFINITY;
  #slowAt = Number.NEGATIVE_INFINITY;
  #acting: Promise<void> | null = null;
  #reading: Promise<void> | null = null;
  #isActAsked = false;
  #wasTroubled = false;

  constructor(options: GuardianOptions) {
    this.#options = options;
    this.#azs = new AzWatch(options);
    this.#meltdown = new MeltdownWatch(options);
    this.#repairer = new Repairer(options);
    this.#nodes = new NodeService(options);
    const mayRepair = (deployment: string): boolean => this.#mayRepair(deployment);
    this.#writer = new CaseWriter({
      ...options,
      resurrects: mayRepair,
      onDead: (vmCase) => mayRepair(vmCase.instance.deployment) && this.#nodes.noteDead(vmCase),
      onAlive: (vmCase) => this.#nodes.noteAlive(vmCase),
    });
    this.#detector = new Detector({
      ...options,
      settings: () => this.#settings,
      mayFence: (vmCase) => mayRepair(vmCase.instance.deployment) && this.#mayFenceNow(vmCase),
      isLeaseRenewed: (instance, signal) => this.#nodes.isLeaseRenewed(instance, signal),
      onChange: (vmCase) => this.#onChange(vmCase),
    });
    this.#processes = new ProcessFaults({
      ...options,
      settings: () => this.#settings.detector,
      instanceOf: (id) => this.#detector.cases.get(id)?.instance ?? null,
    });
  }

  onBeat(instance: string, beat: Heartbeat): void {
    this.#detector.noteBeat(instance);
    this.#processes.noteBeat(instance, beat);
  }

  onExit(instance: string, exit: { process: string; exit: string }): void {
    this.#processes.noteExit(instance, exit);
  }

  onLost(instance: string): void {
    this.#detector.noteLost(instance);
  }

  onVmNews(news: { cid: string; event: 'stopped' | 'started' | 'removed' }): void {
    // a VM made since the last reading: read again at once
    if (!this.#detector.noteVm(news)) this.#readAt = Number.NEGATIVE_INFINITY;
  }

  /** One turn: looks for silence in memory, and has rows read and written beside it. A database that is away or hangs delays no detection. */
  tick(): void {
    const isLarge = this.#detector.cases.size >= LARGE_FLEET;
    const every = isLarge ? READ_LARGE_EVERY_MS : READ_EVERY_MS;
    if (this.#options.clock.monotonic() - this.#readAt >= every) this.#reading ??= this.#read();
    if (!this.#isRestored) return;
    this.#detector.tick();
    void this.#act();
  }

  async settled(): Promise<void> {
    await Promise.all([this.#reading, this.#acting]);
    await this.#nodes.settled();
  }

  /** Never throws. */
  async #read(): Promise<void> {
    const { pool, clock, log, signal } = this.#options;
    try {
      const { fleet, settings } = await inTransaction(pool, async (tx) => ({
        fleet: await readFleet(tx),
        settings: await readHealthSettings(tx),
      }));
      if (!this.#isRestored) {
        await this.#azs.restore();
        await this.#meltdown.restore();
      }
      this.#noteSettings(settings);
      for (const vmCase of this.#detector.refresh(fleet)) this.#writer.forget(vmCase);
      this.#isRestored = true;
      this.#readAt = clock.monotonic();
    } catch (error) {
      if (!signal.aborted) log.warn({ err: error }, 'cannot read the fleet now; watching what is known of it');
    } finally {
      this.#reading = null;
    }
  }

  /** When repair is switched on or off, what is said of the dead changes with it. */
  #noteSettings(settings: HealthSettings): void {
    const before = this.#settings.resurrection;
    this.#settings = settings;
    if (JSON.stringify(before) === JSON.stringify(settings.resurrection)) return;
    for (const vmCase of this.#cases) if (isDown(vmCase.health)) this.#writer.note(vmCase);
  }

  #onChange(vmCase: VmCase): void {
    this.#writer.note(vmCase);
    if (isDown(vmCase.health) || vmCase.recoveredAt !== null) void this.#act();
  }

  /** Books and repairs. Asked for while it runs, it runs once more. Never throws. */
  async #act(): Promise<void> {
    if (this.#acting) {
      this.#isActAsked = true;
      return;
    }
    this.#acting = (async () => {
      do {
        this.#isActAsked = false;
        await this.#actOnce();
      } while (this.#isActAsked && !this.#options.signal.aborted);
      this.#acting = null;
    })();
    await this.#acting;
  }

  async #actOnce(): Promise<void> {
    const { clock, signal } = this.#options;
    const fresh = this.#cases.filter((one) => isDown(one.health) && !one.isWritten);
    const asking = this.#azs.ask([...new Set(fresh.map((one) => one.instance.az))]);
    void this.#azs.ask();
    await this.#try(() => this.#writer.flush());
    // the director's end cuts the wait short; the answer is only waited for here
    if (fresh.length > 0) await Promise.race([asking, clock.sleep(AZ_ANSWER_MS, signal).catch(() => undefined)]);
    await this.#try(() => this.#processes.flush());
    const isSlowTurn = clock.monotonic() - this.#slowAt >= SLOW_EVERY_MS;
    const isTroubled = this.#meltdown.isOn || this.#azs.hasNews || this.#cases.some((one) => isDown(one.health));
    // once more after the last trouble, to say that it is over; else now and then: a calm fleet costs nothing
    if (isTroubled || this.#wasTroubled || isSlowTurn) await this.#judgeAndRepair();
    this.#wasTroubled = isTroubled;
    if (!isSlowTurn) return;
    this.#slowAt = clock.monotonic();
    await this.#try(() => this.#actSlowly());
  }

  async #judgeAndRepair(): Promise<void> {
    await this.#try(() => this.#azs.update(this.#cases));
    await this.#try(() => this.#meltdown.update(this.#cases, this.#settings.meltdown, this.#azs.down));
    await this.#try(() => this.#repair());
  }

  /** What cannot be done now is kept where it was decided, and done in a later turn. */
  async #try(deed: () => Promise<void>): Promise<void> {
    const { log, signal } = this.#options;
    try {
      await deed();
    } catch (error) {
      if (!signal.aborted) log.warn({ err: error }, 'cannot act on what was found now; it is kept');
    }
  }

  async #repair(): Promise<void> {
    const dead = this.#cases.filter(
      ({ health, isWritten, instance }) =>
        health === 'dead' &&
        isWritten &&
        this.#mayRepair(instance.deployment) &&
        !this.#detector.isUnsettled(instance.az),
    );
    await this.#repairer.ask(dead, {
      azs: this.#azs.now(),
      isMeltdown: this.#meltdown.isOn,
      settings: this.#settings.meltdown,
    });
  }

  async #actSlowly(): Promise<void> {
    const { pool, log } = this.#options;
    this.#processes.prune();
    const again = await inTransaction(pool, (tx) => repeatRepairs(tx));
    if (again > 0) log.warn({ count: again }, 'repairs that failed are asked for again');
    await this.#escalate();
    const taskId = await inTransaction(pool, (tx) => moveNextHome(tx, this.#azs.steady(STEADY_MS)));
    if (taskId !== null) log.info({ taskId }, 'an instance moves home');
  }

  /** A process that keeps failing has its VM made anew, if nothing else is wrong with its deployment that would explain it. */
  async #escalate(): Promise<void> {
    if (this.#meltdown.isOn) return;
    for (const { instance, process, ends } of this.#processes.hopeless()) {
      const isTroubled = this.#cases.some(
        (one) => one.instance.deployment === instance.deployment && one.health !== 'alive',
      );
      if (isTroubled) continue;
      const reason = `${process} ended ${ends} times and does not get well`;
      const taskId = await inTransaction(this.#options.pool, (tx) => requestRepair(tx, instance.id, reason));
      if (taskId === null) continue;
      this.#processes.noteEscalated(instance.id);
      this.#options.log.warn({ instance: instance.id, process, ends, taskId }, 'VM is made anew for a failing process');
    }
  }

  get #cases(): VmCase[] {
    return [...this.#detector.cases.values()];
  }

  #mayRepair(deployment: string): boolean {
    return resurrects(this.#settings.resurrection, deployment);
  }

  /** In a meltdown no more are switched off than are repaired. */
  #mayFenceNow(vmCase: VmCase): boolean {
    if (!this.#meltdown.isOn) return true;
    const dead = this.#cases.filter((one) => one !== vmCase && one.health === 'dead');
    return dead.length < this.#settings.meltdown.repairsInMeltdown;
  }
}
