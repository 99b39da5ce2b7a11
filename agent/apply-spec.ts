import type { RenderedSpec, ScriptName } from '#model/job.ts';
import type { Clock } from './clock.ts';
import { drainJobs } from './drain.ts';
import { type AppliedJob, type KeptState, readApplied, writeApplied, writeKeptState } from './kept-state.ts';
import type { Paths } from './paths.ts';
import { type ApplyPlan, planApply } from './plan-apply.ts';
import type { ProcessTable } from './process-table.ts';
import type { AgentState, ScriptResult } from './protocol.ts';
import { type OnLine, runErrand, runScripts, type ScriptOptions } from './scripts.ts';
import { linkJobs, pruneVersions, writeVersions } from './write-jobs.ts';

export type JobsOptions = { paths: Paths; clock: Clock; kept: KeptState; table: ProcessTable; onChange: () => void };
/** Who asked: where lines of scripts go, and when to give up. */
export type Asked = { onLine: OnLine; signal: AbortSignal };

/**
 * The jobs of this VM: applies specs, stops, starts and runs scripts. Every deed may be asked for twice and may be cut short by the agent's
 * death at any line; asking again ends in the same state. Deeds that change what runs must not overlap: the caller queues them.
 */
export class Jobs {
  readonly #options: JobsOptions;
  #applied: AppliedJob[];
  #phase: 'settled' | 'applying' | 'failed' = 'settled';
  #postStart: Promise<Record<string, ScriptResult>> | null = null;

  constructor(options: JobsOptions) {
    this.#options = options;
    this.#applied = readApplied(options.paths);
    options.table.adopt(this.#applied);
  }

  get digest(): string | null {
    return this.#options.kept.digest;
  }

  get jobState(): AgentState['jobState'] {
    if (this.#phase === 'failed') return 'failing';
    if (this.#phase === 'applying') return 'starting';
    const { kept, table } = this.#options;
    if (kept.wanted === 'stopped' || kept.digest === null) return 'stopped';
    const states = table.states;
    if (states.includes('failing')) return 'failing';
    return states.every((state) => state === 'running') ? 'running' : 'starting';
  }

  /** Brings the VM to `spec`; nothing happens when it is in force and started. */
  async apply(spec: RenderedSpec, asked: Asked): Promise<void> {
    const { paths, kept, table } = this.#options;
    if (kept.digest === spec.digest && kept.wanted === 'started') return;
    await this.#change(async () => {
      const before = this.#applied;
      const after = writeVersions(paths, spec);
      const plan = planApply(before, after, kept);
      // from here on the old spec is no longer in force, whatever happens
      const gone = [...plan.stop, ...plan.remove];
      this.#save({ digest: null, postStarted: null, started: without(kept.started, gone) });
      await Promise.all([table.stop(plan.stop), ...plan.remove.map((name) => table.remove(name))]);
      linkJobs(paths, after);
      this.#applied = after;
      writeApplied(paths, after);
      await this.#start(plan, asked);
      this.#save({ digest: spec.digest, wanted: 'started' });
      pruneVersions(paths, after, before);
    });
  }

  /** pre-stop, drain (both unless `drain` is false), all processes down, post-stop. */
  async stop(drain: boolean, asked: Asked): Promise<void> {
    const { clock, table, kept } = this.#options;
    const options = this.#scriptOptions(asked);
    if (drain && kept.wanted === 'started') {
      await runScripts(this.#applied, 'pre-stop', options);
      await drainJobs(this.#applied, clock, options);
    }
    this.#save({ wanted: 'stopped', started: {}, preStarted: {}, postStarted: null });
    await table.stop(table.names);
    this.#options.onChange();
    await runScripts(this.#applied, 'post-stop', options);
  }

  /** Starts what `stop` stopped. */
  async start(asked: Asked): Promise<void> {
    const { kept } = this.#options;
    if (kept.wanted === 'started') return;
    await this.#change(async () => {
      await this.#start(planApply(this.#applied, this.#applied, kept), asked);
      this.#save({ wanted: 'started' });
    });
  }

  async restartProcess(name: string): Promise<void> {
    await this.#options.table.restart(name);
  }

  /** post-start runs once for each start: by itself when all processes run, or when asked for before. */
  async runScript(script: ScriptName, asked: Asked): Promise<Record<string, ScriptResult>> {
    if (script !== 'post-start') return runScripts(this.#applied, script, this.#scriptOptions(asked));
    const { kept } = this.#options;
    if (kept.postStarted !== null && kept.postStarted === kept.digest) return {};
    this.#postStart ??= this.#runPostStart(asked).finally(() => {
      this.#postStart = null;
    });
    return this.#postStart;
  }

  /** True when all processes run and the post-start scripts of this start did not run yet. */
  get isPostStartDue(): boolean {
    const { kept } = this.#options;
    return this.#postStart === null && this.jobState === 'running' && kept.postStarted !== kept.digest;
  }

  runErrand(job: string, asked: Asked): Promise<ScriptResult> {
    return runErrand(this.#applied, job, this.#scriptOptions(asked));
  }

  async #runPostStart(asked: Asked): Promise<Record<string, ScriptResult>> {
    const digest = this.digest;
    const results = await runScripts(this.#applied, 'post-start', this.#scriptOptions(asked));
    this.#save({ postStarted: digest });
    return results;
  }

  async #start(plan: Pick<ApplyPlan, 'preStart' | 'start'>, asked: Asked): Promise<void> {
    const { table, kept } = this.#options;
    await runScripts(plan.preStart, 'pre-start', this.#scriptOptions(asked));
    this.#save({ preStarted: Object.fromEntries(this.#applied.map((job) => [job.name, job.filesDigest])) });
    await table.start(this.#applied, plan.start);
    this.#save({ started: { ...kept.started, ...Object.fromEntries(plan.start) } });
  }

  async #change(deed: () => Promise<void>): Promise<void> {
    this.#setPhase('applying');
    try {
      await deed();
      this.#setPhase('settled');
    } catch (thrown) {
      this.#setPhase('failed');
      throw thrown;
    }
  }

  #setPhase(phase: 'settled' | 'applying' | 'failed'): void {
    this.#phase = phase;
    this.#options.onChange();
  }

  #save(change: Partial<KeptState>): void {
    writeKeptState(this.#options.paths, Object.assign(this.#options.kept, change));
  }

  #scriptOptions(asked: Asked): ScriptOptions {
    return { paths: this.#options.paths, ...asked };
  }
}

const without = (record: Record<string, string>, names: string[]): Record<string, string> =>
  Object.fromEntries(Object.entries(record).filter(([name]) => !names.includes(name)));
