import type { ProcessReport, ProcessState } from '#model/deployment.ts';
import type { JobProcess } from '#model/job.ts';
import type { Clock } from './clock.ts';
import { checkHealth } from './health-check.ts';
import type { KeptProcess } from './kept-state.ts';
import { type PrintLog, sentence } from './print-log.ts';
import { isStopped, sampleProcess } from './process-stats.ts';
import { isSupervised, killService, readStatus, type ServiceStatus, supervise } from './runit.ts';
import { Wake } from './wake.ts';

/** A process that restarts more often than this in the window is failing, even while it runs. */
const MOST_RESTARTS = 5;
const RESTART_WINDOW_MS = 30_000;
/** A process without a health check counts as running when it lived this long; runit's own measure of a start that worked. */
const SETTLED_MS = 1000;
/** A process that never passed its check for this long is said to fail; it is not killed: it may wait for another machine. */
const STARTING_LIMIT_MS = 300_000;
/** Failed checks in a row after which a running process is said to fail, if it is not restarted before. */
const FAILING_AFTER = 3;
/** A process that a signal stopped for this long is killed, with or without a health check; somebody may have stopped it for a look. */
const STOPPED_LIMIT_MS = 2500;
const STOPPED_LOOK_MS = 250;
const STARTING_LOOK_MS = 150;
/** A command costs a process each time. */
const STARTING_EXEC_LOOK_MS = 500;
const IDLE_LOOK_MS = 1000;
const SAMPLE_AGE_MS = 5000;

export type WatchOptions = {
  folder: string;
  job: string;
  definition: JobProcess;
  kept: KeptProcess;
  clock: Clock;
  log: PrintLog;
  onChange: () => void;
};

/** Watches one process: what runit says of it, whether it passes its health check, how often it ends. Kills it when it hangs. */
export class ProcessWatch {
  readonly job: string;
  /** Resolves after the first look. */
  readonly looked: Promise<void>;
  #noteLooked: () => void = () => undefined;
  readonly #options: WatchOptions;
  readonly #wake = new Wake();
  readonly #stop = new AbortController();
  #definition: JobProcess;
  #wanted: 'up' | 'down' = 'down';
  #state: ProcessState = 'stopped';
  #status: ServiceStatus | null = null;
  #isHealthy = false;
  #failures = 0;
  #stoppedSince: number | null = null;
  #hangReason: string | null = null;
  #restartedAt: number[] = [];
  #sample = { at: Number.NEGATIVE_INFINITY, pid: 0, cpuSeconds: 0, memoryKib: 0, cpuPercent: null as number | null };

  constructor(options: WatchOptions) {
    this.#options = options;
    this.#definition = options.definition;
    this.job = options.job;
    this.looked = new Promise((resolve) => {
      this.#noteLooked = resolve;
    });
  }

  get name(): string {
    return this.#definition.name;
  }

  get state(): ProcessState {
    return this.#state;
  }

  get definition(): JobProcess {
    return this.#definition;
  }

  /** A new health check takes effect without a restart. */
  set definition(definition: JobProcess) {
    this.#definition = definition;
  }

  /** Looks until closed. */
  async run(): Promise<void> {
    const { clock, log } = this.#options;
    while (!this.#stop.signal.aborted) {
      let waitMs = IDLE_LOOK_MS;
      try {
        waitMs = await this.#look();
      } catch (thrown) {
        log('error', 'cannot watch process', { process: this.name, error: sentence(thrown) });
      }
      this.#noteLooked();
      await this.#wake.wait(clock, waitMs, this.#stop.signal);
    }
  }

  close(): void {
    this.#stop.abort();
  }

  /** The service is, or will be at once, up or down by our own will. */
  want(wanted: 'up' | 'down'): void {
    this.#wanted = wanted;
    this.#restartedAt = [];
    this.#beginLife();
    this.#setState(wanted === 'up' ? 'starting' : 'stopped');
    this.#wake.ring();
  }

  /** An end that runit reported. Returns the restart count when nobody asked for it, else null. */
  noteExit(exit: string): { exit: string; restarts: number } | null {
    const { kept, clock } = this.#options;
    if (this.#wanted === 'down') return null;
    kept.restarts += 1;
    kept.lastExit = this.#hangReason ? `${exit} (hung: ${this.#hangReason})` : exit;
    this.#restartedAt.push(clock.monotonic());
    this.#beginLife();
    this.#setState(this.#restartsTooOften() ? 'failing' : 'starting');
    this.#wake.ring();
    return { exit: kept.lastExit, restarts: kept.restarts };
  }

  report(): ProcessReport {
    const { clock, kept, folder } = this.#options;
    // it went down since the last look, and nobody looks again soon
    if (this.#wanted === 'down') this.#status = readStatus(folder);
    const pid = this.#status?.state === 'run' ? this.#status.pid : null;
    const uptime = pid && this.#status ? Math.max(0, (clock.now().getTime() - this.#status.since) / 1000) : null;
    this.#measure(pid);
    return {
      name: this.name,
      job: this.job,
      state: this.#state,
      pid,
      uptimeSeconds: uptime === null ? null : Math.round(uptime * 10) / 10,
      memoryKib: pid ? this.#sample.memoryKib : null,
      cpuPercent: pid ? this.#sample.cpuPercent : null,
      restarts: kept.restarts,
      lastExit: kept.lastExit,
    };
  }

  /** One look; returns after how many ms the next is due. */
  async #look(): Promise<number> {
    const { folder, clock } = this.#options;
    if (this.#wanted === 'down') {
      this.#status = readStatus(folder);
      return IDLE_LOOK_MS;
    }
    // its runsv may have been killed
    if (!isSupervised(folder)) await supervise(folder, clock);
    const status = readStatus(folder);
    const isNewLife = status?.pid !== this.#status?.pid;
    this.#status = status;
    if (isNewLife) {
      this.#beginLife();
      this.#options.onChange();
    }
    if (status?.state !== 'run') {
      this.#setState(this.#restartsTooOften() ? 'failing' : 'starting');
      return STARTING_LOOK_MS;
    }
    if (this.#noteStopped(status)) return STOPPED_LOOK_MS;
    const fault = await this.#check(status);
    // stopped, or another life began, while the check ran: its answer says nothing
    const isOver = readStatus(folder)?.pid !== status.pid || this.#stop.signal.aborted;
    if (!isOver) this.#judge(fault, status);
    return this.#nextLook();
  }

  /** No health check needs to time out for what the kernel says at once. */
  #noteStopped(status: ServiceStatus): boolean {
    if (status.pid === null || !isStopped(status.pid)) {
      this.#stoppedSince = null;
      return false;
    }
    const now = this.#options.clock.monotonic();
    this.#stoppedSince ??= now;
    this.#setState('failing');
    if (now - this.#stoppedSince >= STOPPED_LIMIT_MS) this.#killHung('stopped by a signal');
    return true;
  }

  async #check(status: ServiceStatus): Promise<string | null> {
    const { health } = this.#definition;
    if (health) return checkHealth(health);
    return this.#ageMs(status) >= SETTLED_MS ? null : 'just started';
  }

  #judge(fault: string | null, status: ServiceStatus): void {
    if (this.#wanted === 'down') return;
    if (fault === null) {
      this.#failures = 0;
      this.#isHealthy = true;
      this.#setState(this.#restartsTooOften() ? 'failing' : 'running');
      return;
    }
    this.#failures += 1;
    if (!this.#isHealthy) {
      const isSlow = this.#ageMs(status) > STARTING_LIMIT_MS;
      this.#setState(isSlow || this.#restartsTooOften() ? 'failing' : 'starting');
      return;
    }
    const limit = this.#definition.health?.failures ?? Number.POSITIVE_INFINITY;
    if (this.#failures >= Math.min(FAILING_AFTER, limit)) this.#setState('failing');
    if (this.#failures >= limit) this.#killHung(fault);
  }

  #killHung(fault: string): void {
    this.#options.log('warn', 'process hangs: killed', { process: this.name, failures: this.#failures, fault });
    this.#failures = 0;
    this.#stoppedSince = null;
    this.#hangReason = fault;
    killService(this.#options.folder);
  }

  #nextLook(): number {
    const { health } = this.#definition;
    if (!this.#isHealthy) return health?.exec ? STARTING_EXEC_LOOK_MS : STARTING_LOOK_MS;
    return health?.interval_ms ?? IDLE_LOOK_MS;
  }

  #beginLife(): void {
    this.#isHealthy = false;
    this.#failures = 0;
    this.#stoppedSince = null;
    if (this.#status?.state === 'run') this.#hangReason = null;
  }

  #restartsTooOften(): boolean {
    const after = this.#options.clock.monotonic() - RESTART_WINDOW_MS;
    this.#restartedAt = this.#restartedAt.filter((at) => at > after);
    return this.#restartedAt.length > MOST_RESTARTS;
  }

  #ageMs(status: ServiceStatus): number {
    return this.#options.clock.now().getTime() - status.since;
  }

  #measure(pid: number | null): void {
    const now = this.#options.clock.monotonic();
    const last = this.#sample;
    if (!pid || (last.pid === pid && now - last.at < SAMPLE_AGE_MS)) return;
    const found = sampleProcess(pid);
    if (!found) return;
    const seconds = (now - last.at) / 1000;
    const percent = last.pid === pid ? ((found.cpuSeconds - last.cpuSeconds) / seconds) * 100 : null;
    this.#sample = { at: now, pid, ...found, cpuPercent: percent === null ? null : Math.round(percent * 10) / 10 };
  }

  #setState(state: ProcessState): void {
    if (state === this.#state) return;
    this.#state = state;
    this.#options.onChange();
  }
}
