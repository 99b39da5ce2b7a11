import {
  type AgentMessage,
  AgentRequest,
  type AgentResults,
  type AgentState,
  type Bootstrap,
  type Fault,
} from '#agent/protocol.ts';
import type { ProcessReport } from '#model/deployment.ts';
import type { Clock } from '#server/platform/clock.ts';
import { AgentLink, fetchSpec } from './agent-link.ts';
import type { Sentinel } from './faults.ts';
import { SimulatedFaults } from './injected.ts';
import type { SimulatedVm } from './state-file.ts';
import { hashText, makeWobble } from './wobble.ts';

const AGENT_VERSION = 'simulated';
const VITALS_INTERVAL_MS = 30_000;
/** What a script takes that does nothing. */
const SCRIPT_MS = 30;
const HALT_AFTER_MS = 100;

export type SimulatedAgentOptions = {
  vm: SimulatedVm;
  bootstrap: Bootstrap;
  sentinels: readonly Sentinel[];
  clock: Clock;
  /** The VM's record changed and must be kept. */
  onChange: () => Promise<void>;
  onFault: (error: unknown) => void;
  peers: Peers;
};

/** The rest of the simulated world, as a VM in it finds it. */
export type Peers = {
  /** Whether programs of the VM with this address answer over the network. */
  answers: (address: string) => boolean;
  /** Powers this VM off from inside. */
  halt: () => void;
};

/** The agent of one simulated VM: speaks the real protocol to the real gateway, and has processes that are names only. */
export class SimulatedAgent {
  readonly #options: SimulatedAgentOptions;
  readonly #link: AgentLink;
  readonly #stop = new AbortController();
  readonly #startedAt: number;
  readonly #ends = new Map<string, { restarts: number; lastExit: string }>();
  readonly #wobble: () => number;
  readonly #faults: SimulatedFaults;
  #fencing = 0;

  constructor(options: SimulatedAgentOptions) {
    this.#options = options;
    this.#startedAt = options.clock.monotonic();
    this.#wobble = makeWobble(options.vm.bootId);
    this.#link = new AgentLink({
      bootstrap: options.bootstrap,
      clock: options.clock,
      wobble: this.#wobble,
      hello: () => ({
        type: 'hello',
        agentVersion: AGENT_VERSION,
        bootId: options.vm.bootId,
        state: this.#state(true),
      }),
      onText: (text) => this.#receive(text),
    });
    this.#faults = new SimulatedFaults({
      clock: options.clock,
      signal: this.#stop.signal,
      setDirectorCut: (cut) => this.#link.setCut(cut),
      onProcessEnd: (name, exit) => this.#noteEnd(name, exit),
      onChange: () => this.#changed(),
    });
  }

  /** Programs of this VM answer its peers. */
  get answersPeers(): boolean {
    return !this.#faults.isCut;
  }

  /** Runs until `powerOff`. */
  async run(): Promise<void> {
    const { signal } = this.#stop;
    await Promise.all([this.#link.run(signal), this.#reportVitals(signal), this.#applyAtBoot(signal)]);
  }

  /** As when the power is cut: the connection breaks without a word. */
  powerOff(): void {
    this.#stop.abort();
    this.#link.cut();
  }

  #receive(text: string): void {
    const request = AgentRequest.parse(JSON.parse(text));
    if (request.fencing < this.#fencing) {
      this.#link.send({
        type: 'failure',
        id: request.id,
        message: `refused: fencing number ${request.fencing} is older than ${this.#fencing}`,
      });
      return;
    }
    this.#fencing = request.fencing;
    this.#serve(request).then(
      (value) => this.#link.send({ type: 'result', id: request.id, value }),
      (error: unknown) => this.#link.send(failure(request.id, error)),
    );
  }

  async #serve(request: AgentRequest): Promise<AgentResults[AgentRequest['method']]> {
    switch (request.method) {
      case 'ping':
      case 'cancel':
        return {};
      case 'get-state':
        return this.#state(true);
      case 'apply':
        return this.#apply();
      case 'start':
      case 'stop':
        await this.#pause(SCRIPT_MS);
        this.#options.vm.wanted = request.method === 'start' ? 'started' : 'stopped';
        await this.#changed();
        return {};
      case 'run-script':
        return this.#runScript(request.script);
      case 'run-errand':
        return this.#runErrand(request.id, request.job);
      case 'restart-process':
        await this.#restart(request.process);
        return {};
      case 'probe-peer':
        return { answers: request.targets.map(({ host }) => this.#options.peers.answers(host)) };
      case 'inject':
        return { detail: await this.#inject(request.drill, request.fault, request.undoAfterMs) };
      case 'undo-faults':
        return { undone: this.#faults.undo(request.drill) };
      case 'read-log':
        return { lines: [`${request.process}: a simulated process writes no log`] };
    }
  }

  async #apply(): Promise<{ digest: string }> {
    const spec = await fetchSpec(this.#options.bootstrap, this.#stop.signal);
    if (spec === null) throw new Error('the director has no spec for this VM');
    const { vm } = this.#options;
    vm.spec = {
      digest: spec.digest,
      jobs: spec.jobs.map((job) => ({
        name: job.name,
        processes: job.processes.map((process) => process.name),
        errand: job.errand !== undefined,
      })),
    };
    vm.wanted = 'started';
    await this.#pause(SCRIPT_MS);
    await this.#changed();
    return { digest: spec.digest };
  }

  /** A VM that was rebooted starts its jobs by itself. */
  async #applyAtBoot(signal: AbortSignal): Promise<void> {
    const { vm, clock, onFault } = this.#options;
    while (!signal.aborted && vm.spec === null) {
      try {
        if ((await fetchSpec(this.#options.bootstrap, signal)) === null) return;
        await this.#apply();
      } catch (error) {
        if (signal.aborted) return;
        onFault(error);
        await pauseUntil(clock, 1000 + this.#wobble() * 1000, signal);
      }
    }
  }

  async #runScript(script: string): Promise<AgentResults['run-script']> {
    await this.#pause(SCRIPT_MS);
    if (this.#has('fail-script')) throw new Error(`${script} exited with 1 (sentinel fail-script)`);
    const jobs = this.#options.vm.spec?.jobs ?? [];
    // a dynamic drain would be asked again; 0 says that all is drained
    return {
      jobs: Object.fromEntries(
        jobs.map((job) => [job.name, { exitCode: 0, stdout: script === 'drain' ? '0' : '', stderr: '' }]),
      ),
    };
  }

  async #runErrand(id: string, job: string): Promise<AgentResults['run-errand']> {
    this.#link.send({ type: 'output', id, stream: 'stdout', line: `${job}: simulated errand` });
    await this.#pause(SCRIPT_MS * 10);
    if (this.#has('fail-errand')) return { exitCode: 1, stdout: '', stderr: `${job} failed (sentinel fail-errand)` };
    return { exitCode: 0, stdout: `${job}: done`, stderr: '' };
  }

  async #restart(process: string): Promise<void> {
    this.#jobOf(process);
    await this.#noteEnd(process, 'killed by SIGTERM');
  }

  async #inject(drill: string, fault: Fault, undoAfterMs: number): Promise<string> {
    if (fault.kind === 'signal-process') this.#jobOf(fault.process);
    if (fault.kind !== 'halt') return this.#faults.inject(drill, fault, undoAfterMs);
    // the answer is out before the power is
    void pauseUntil(this.#options.clock, HALT_AFTER_MS, this.#stop.signal).then((isOn) => {
      if (isOn) this.#options.peers.halt();
    });
    return 'the VM halts';
  }

  /** A process ended and is back. */
  async #noteEnd(process: string, exit: string): Promise<void> {
    const job = this.#jobOf(process);
    const restarts = (this.#ends.get(process)?.restarts ?? 0) + 1;
    this.#ends.set(process, { restarts, lastExit: exit });
    const at = this.#options.clock.now().toISOString();
    this.#link.send({ type: 'exit', exit: { process, job, exit, at, restarts } });
    await this.#changed();
  }

  #jobOf(process: string): string {
    const job = this.#options.vm.spec?.jobs.find((one) => one.processes.includes(process));
    if (job === undefined) throw new Error(`no process is named ${process}`);
    return job.name;
  }

  async #reportVitals(signal: AbortSignal): Promise<void> {
    // spread, so that a thousand agents do not report in the same second
    while (await pauseUntil(this.#options.clock, VITALS_INTERVAL_MS * (0.9 + this.#wobble() * 0.2), signal)) {
      this.#link.send({ type: 'state', state: this.#state(true) });
    }
  }

  /** What the director is told is kept first, or a restart would know less than it was told. */
  async #changed(): Promise<void> {
    await this.#options.onChange();
    this.#link.send({ type: 'state', state: this.#state(false) });
  }

  #state(withVitals: boolean): AgentState {
    const { vm } = this.#options;
    return {
      jobState: this.#faults.hangs && this.#jobState() === 'running' ? 'failing' : this.#jobState(),
      digest: vm.spec?.digest ?? null,
      processes: (vm.spec?.jobs ?? []).flatMap((job) => job.processes.map((name) => this.#process(job.name, name))),
      vitals: withVitals ? this.#vitals() : null,
    };
  }

  #jobState(): AgentState['jobState'] {
    const { vm } = this.#options;
    if (vm.wanted === 'stopped' || vm.spec === null) return 'stopped';
    const names = vm.spec.jobs.flatMap((job) => job.processes);
    return this.#has('fail-start') && names.length > 0 ? 'failing' : 'running';
  }

  #process(job: string, name: string): ProcessReport {
    const wanted = this.#jobState();
    const state = wanted === 'running' && this.#faults.isHung(name) ? 'failing' : wanted;
    const { restarts, lastExit } = this.#ends.get(name) ?? { restarts: 0, lastExit: null };
    const isRunning = wanted === 'running';
    return {
      name,
      job,
      state,
      pid: isRunning ? 100 + hashText(`${this.#options.vm.cid}/${name}`, 30_000) : null,
      uptimeSeconds: isRunning ? this.#uptimeSeconds() : null,
      memoryKib: isRunning ? 20_000 + hashText(name, 200_000) : null,
      cpuPercent: isRunning ? Math.round(this.#wobble() * 30) / 10 : null,
      restarts,
      lastExit,
    };
  }

  #vitals(): AgentState['vitals'] {
    const load = Math.round((0.1 + this.#wobble() * 0.4) * 100) / 100;
    const memoryPercent = 30 + hashText(this.#options.vm.cid, 30) + Math.round(this.#wobble() * 3);
    return {
      cpuPercent: Math.round((2 + this.#wobble() * 8) * 10) / 10,
      memoryKib: Math.round((this.#options.vm.memoryMib * 1024 * memoryPercent) / 100),
      memoryPercent,
      load: [load, load, load],
      disk: { system: 21, ephemeral: 4, persistent: this.#options.vm.disks.length > 0 ? 7 : null },
      uptimeSeconds: this.#uptimeSeconds(),
    };
  }

  #uptimeSeconds(): number {
    return Math.round((this.#options.clock.monotonic() - this.#startedAt) / 1000);
  }

  #has(sentinel: Sentinel): boolean {
    return this.#options.sentinels.includes(sentinel);
  }

  async #pause(ms: number): Promise<void> {
    await this.#options.clock.sleep(ms, this.#stop.signal);
  }
}

/** False when the VM was powered off meanwhile. */
async function pauseUntil(clock: Clock, ms: number, signal: AbortSignal): Promise<boolean> {
  return clock.sleep(ms, signal).then(
    () => true,
    () => false,
  );
}

function failure(id: string, error: unknown): AgentMessage {
  return { type: 'failure', id, message: error instanceof Error ? error.message : String(error) };
}
