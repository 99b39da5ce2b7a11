import { join } from 'node:path';
import type { ProcessReport, ProcessState } from '#model/deployment.ts';
import type { Clock } from './clock.ts';
import type { Exit } from './exits.ts';
import type { AppliedJob, KeptState } from './kept-state.ts';
import type { Paths } from './paths.ts';
import type { PrintLog } from './print-log.ts';
import { ProcessWatch } from './process-watch.ts';
import type { ProcessExit } from './protocol.ts';
import { control, removeService, stopService, supervise, writeService } from './runit.ts';
import { serviceScripts } from './service-scripts.ts';

/** After TERM; a process that needs longer to end well says so with a drain script. */
const KILL_AFTER_MS = 10_000;

export type TableOptions = {
  paths: Paths;
  clock: Clock;
  log: PrintLog;
  kept: KeptState;
  onChange: () => void;
  onExit: (exit: ProcessExit) => void;
};

/** All processes of the VM: their services and their watches. */
export class ProcessTable {
  readonly #options: TableOptions;
  readonly #watches = new Map<string, ProcessWatch>();

  constructor(options: TableOptions) {
    this.#options = options;
  }

  /** Takes over the services that an earlier agent of this boot started; one that was being stopped when it died goes down. */
  adopt(jobs: AppliedJob[]): void {
    const { kept } = this.#options;
    for (const job of jobs) {
      for (const process of job.processes) {
        const watch = this.#watch(job.name, process);
        if (kept.started[process.name]) watch.want('up');
        else control(this.#folder(process.name), 'd');
      }
    }
  }

  /** Writes and starts the services of these processes; one that runs with the same scripts is left alone. */
  async start(jobs: AppliedJob[], names: ReadonlyMap<string, unknown>): Promise<void> {
    const all = jobs.flatMap((job) => job.processes.map((process) => ({ job: job.name, process })));
    await Promise.all(
      all.map(async ({ job, process }) => {
        const watch = this.#watch(job, process);
        if (!names.has(process.name)) return;
        const folder = this.#folder(process.name);
        writeService(folder, serviceScripts(this.#options.paths, job, process));
        if (!control(folder, 'u')) await supervise(folder, this.#options.clock);
        watch.want('up');
      }),
    );
  }

  /** Takes these processes down, side by side. */
  async stop(names: Iterable<string>): Promise<void> {
    await Promise.all(
      [...names].map(async (name) => {
        this.#watches.get(name)?.want('down');
        await stopService(this.#folder(name), this.#options.clock, KILL_AFTER_MS);
      }),
    );
  }

  /** Takes a process down and forgets it. */
  async remove(name: string): Promise<void> {
    const watch = this.#watches.get(name);
    watch?.want('down');
    watch?.close();
    this.#watches.delete(name);
    delete this.#options.kept.processes[name];
    await removeService(this.#folder(name), this.#options.clock, KILL_AFTER_MS);
  }

  async restart(name: string): Promise<void> {
    const watch = this.#watches.get(name);
    if (!watch) throw new Error(`no process is named ${name}; there are: ${this.names.join(', ') || 'none'}`);
    await this.stop([name]);
    control(this.#folder(name), 'u');
    watch.want('up');
  }

  /** Resolves when every process was looked at once, so that a state told after it is no guess. */
  async looked(): Promise<void> {
    await Promise.all([...this.#watches.values()].map((watch) => watch.looked));
  }

  noteExit(exit: Exit): void {
    const watch = this.#watches.get(exit.process);
    const counted = watch?.noteExit(exit.exit);
    if (!watch || !counted) return;
    const at = this.#options.clock.now().toISOString();
    this.#options.onExit({ process: watch.name, job: watch.job, exit: counted.exit, at, restarts: counted.restarts });
  }

  get names(): string[] {
    return [...this.#watches.keys()];
  }

  get states(): ProcessState[] {
    return [...this.#watches.values()].map((watch) => watch.state);
  }

  jobOf(name: string): string | null {
    return this.#watches.get(name)?.job ?? null;
  }

  reports(): ProcessReport[] {
    return [...this.#watches.values()].map((watch) => watch.report());
  }

  close(): void {
    for (const watch of this.#watches.values()) watch.close();
  }

  #watch(job: string, definition: AppliedJob['processes'][number]): ProcessWatch {
    const { clock, log, onChange, kept } = this.#options;
    const found = this.#watches.get(definition.name);
    if (found) {
      found.definition = definition;
      return found;
    }
    const counts = kept.processes[definition.name] ?? { restarts: 0, lastExit: null };
    kept.processes[definition.name] = counts;
    const folder = this.#folder(definition.name);
    const watch = new ProcessWatch({ folder, job, definition, kept: counts, clock, log, onChange });
    this.#watches.set(definition.name, watch);
    void watch.run();
    return watch;
  }

  #folder(name: string): string {
    return join(this.#options.paths.services, name);
  }
}
