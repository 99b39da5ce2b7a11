import type { Fault } from '#agent/protocol.ts';
import type { Clock } from '#server/platform/clock.ts';

/** As long as the checks of a real job need to call a process hung and kill it. */
const HUNG_AFTER_MS = 3000;

export type SimulatedFaultsOptions = {
  clock: Clock;
  /** Ends everything: the power is off, and a VM that comes back knows no faults. */
  signal: AbortSignal;
  setDirectorCut: (cut: boolean) => void;
  onProcessEnd: (process: string, exit: string) => Promise<void>;
  onChange: () => Promise<void>;
};

type Cut = { drill: string; from: 'director' | 'all' };

/** Faults of drills in one simulated VM: what its processes do then, and the undo after a time. */
export class SimulatedFaults {
  readonly #options: SimulatedFaultsOptions;
  readonly #hung = new Map<string, { drill: string }>();
  readonly #cuts = new Set<Cut>();

  constructor(options: SimulatedFaultsOptions) {
    this.#options = options;
  }

  /** No packet leaves this VM. */
  get isCut(): boolean {
    return [...this.#cuts].some((cut) => cut.from === 'all');
  }

  get hangs(): boolean {
    return this.#hung.size > 0;
  }

  isHung(process: string): boolean {
    return this.#hung.has(process);
  }

  async inject(drill: string, fault: Exclude<Fault, { kind: 'halt' }>, undoAfterMs: number): Promise<string> {
    if (fault.kind === 'cut-network') {
      const cut: Cut = { drill, from: fault.from };
      this.#cuts.add(cut);
      // not before the answer is out
      this.#later(50, async () => this.#options.setDirectorCut(this.#cuts.size > 0));
      this.#later(undoAfterMs, async () => this.#removeCut(cut));
      return fault.from === 'director' ? 'no packet to or from the director' : 'no packet to or from this VM';
    }
    const { process } = fault;
    if (fault.signal === 'KILL') {
      await this.#options.onProcessEnd(process, 'killed by SIGKILL');
      return `SIGKILL sent to ${process}`;
    }
    const hang = { drill };
    this.#hung.set(process, hang);
    this.#later(undoAfterMs, () => this.#wake(process, hang));
    this.#later(HUNG_AFTER_MS, async () => {
      if (this.#hung.get(process) !== hang) return;
      this.#hung.delete(process);
      await this.#options.onProcessEnd(process, 'killed by SIGKILL (hung: no answer in 1000 ms)');
    });
    await this.#options.onChange();
    return `SIGSTOP sent to ${process}`;
  }

  /** Undoes all of a drill; how many faults there were. */
  undo(drill: string): number {
    const cuts = [...this.#cuts].filter((cut) => cut.drill === drill);
    for (const cut of cuts) this.#removeCut(cut);
    const hung = [...this.#hung].filter(([, hang]) => hang.drill === drill);
    for (const [process] of hung) this.#hung.delete(process);
    if (hung.length > 0) this.#later(0, this.#options.onChange);
    return cuts.length + hung.length;
  }

  #removeCut(cut: Cut): void {
    this.#cuts.delete(cut);
    this.#options.setDirectorCut(this.#cuts.size > 0);
  }

  async #wake(process: string, hang: { drill: string }): Promise<void> {
    if (this.#hung.get(process) !== hang) return;
    this.#hung.delete(process);
    await this.#options.onChange();
  }

  #later(ms: number, deed: () => Promise<void>): void {
    const { clock, signal } = this.#options;
    // rejects when the power goes off: there is nothing left to do it to
    void clock.sleep(ms, signal).then(deed, () => undefined);
  }
}
