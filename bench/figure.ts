/** A figure of one benchmark: every value that was measured, in the order of the runs. */
export interface Figure {
  name: string;
  unit: 's' | 'ms' | 'MiB' | 'KiB' | 'CPU s' | 'VMs' | 'faults';
  values: number[];
  /** What is promised; left out for figures that only inform. */
  target?: Target;
}

/** At most `limit`: in 95 of 100 values, or else in the median and, better, in the worst. */
export interface Target {
  limit: number;
  by: 'p95' | 'every';
}

/** What the machine did beside one run, read just before it. */
export interface Surroundings {
  /** Load average of the last minute. */
  load: number;
  /** Share of all processors that was idle during the second before, 0–100. */
  idlePercent: number;
}

/** What one benchmark gives back. `runs` has one entry a run, when runs are apart. */
export interface Outcome {
  figures: Figure[];
  runs: Surroundings[];
  /** What a reader must know to judge the figures. */
  notes: string[];
}

/** What the command line gives a benchmark. */
export interface BenchmarkOptions {
  /** Runs asked for; the benchmark's own number when left out. */
  runs?: number;
  /** How long each run may wait for a calm machine. */
  calmWithinMs: number;
  say(sentence: string): void;
}

export interface Benchmark {
  summary: string;
  run(options: BenchmarkOptions): Promise<Outcome>;
}

/** The middle value; of an even number of values the mean of the two in the middle. */
export function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length / 2;
  const [low = Number.NaN, high = low] = sorted.slice(Math.ceil(half) - 1, Math.floor(half) + 1);
  return (low + high) / 2;
}

/** The value that `share` (0–1) of the values do not exceed, by the nearest rank. */
export function quantile(values: number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const rank = Math.max(1, Math.ceil(share * sorted.length));
  return sorted[rank - 1] ?? Number.NaN;
}

/** How well a promise is kept, in words for a table. */
export function judge(values: number[], { limit, by }: Target): string {
  if (by === 'p95') return quantile(values, 0.95) <= limit ? 'kept' : '**missed**';
  if (quantile(values, 1) <= limit) return 'kept';
  return median(values) <= limit ? 'median kept, worst missed' : '**missed**';
}

/** Collects the values of several runs under their names, in the order in which the names first came. */
export class Figures {
  readonly #byName = new Map<string, Figure>();

  add(name: string, unit: Figure['unit'], value: number, target?: Target): void {
    const known = this.#byName.get(name);
    if (known) {
      known.values.push(value);
      return;
    }
    this.#byName.set(name, { name, unit, values: [value], ...(target ? { target } : {}) });
  }

  list(): Figure[] {
    return [...this.#byName.values()];
  }
}
