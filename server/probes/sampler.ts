import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { sql } from 'drizzle-orm';
import type { Pool } from 'pg';
import { drillSamples } from '#db/schema/drills.ts';
import { inTransaction } from '#db/transaction.ts';
import { appendEvent } from '#server/events/append-event.ts';
import type { Log } from '#server/platform/log.ts';
import { ProbeLine, type ProbeOrder } from './probe-order.ts';

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));
const SECOND_MS = 1000;
/** Samples that wait while PostgreSQL is away: some minutes. */
const MOST_WAITING = 50_000;

type Answer = [offset: number, ms: number, result: 0 | 1 | 2];

/** The asking process of one drill and what it said since the last write. */
export class Sampler {
  readonly drill: number;
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #pool: Pool;
  readonly #log: Log;
  #waiting: ProbeLine[] = [];
  #hasEnded = false;

  constructor(options: { drill: number; order: ProbeOrder; pool: Pool; log: Log }) {
    this.drill = options.drill;
    this.#pool = options.pool;
    this.#log = options.log;
    this.#child = spawn(process.execPath, [MAIN], { stdio: ['pipe', 'pipe', 'pipe'] });
    this.#child.on('error', (err) => options.log.error({ err, drill: this.drill }, 'nobody asks the probes'));
    this.#child.on('close', (code) => {
      this.#hasEnded = true;
      options.log.debug({ drill: this.drill, code }, 'asking process ended');
    });
    createInterface({ input: this.#child.stdout }).on('line', (line) => this.#keep(line));
    createInterface({ input: this.#child.stderr }).on('line', (line) =>
      options.log.warn({ drill: this.drill, line }, 'asking process says'),
    );
    // a child that died at once closes its input: `close` tells
    this.#child.stdin.on('error', () => undefined);
    this.#child.stdin.end(JSON.stringify(options.order));
  }

  /** False when the process is gone: another one must be started. */
  get isAsking(): boolean {
    return !this.#hasEnded;
  }

  stop(): void {
    this.#child.kill('SIGKILL');
  }

  /** Writes what came; what cannot be written now is kept for the next time. */
  async write(): Promise<void> {
    const lines = this.#waiting;
    if (lines.length === 0) return;
    this.#waiting = [];
    try {
      await inTransaction(this.#pool, async (tx) => {
        const rows = rowsOf(this.drill, lines);
        await tx.db
          .insert(drillSamples)
          .values(rows)
          .onConflictDoUpdate({
            target: [drillSamples.drillId, drillSamples.probe, drillSamples.second],
            set: { answers: sql`${drillSamples.answers} || excluded.answers` },
          });
        await appendEvent(tx, 'drill.sample', `drill/${this.drill}`, {
          rows: rows.map((row) => ({ probe: row.probe, second: row.second.toISOString(), answers: row.answers })),
        });
      });
    } catch (thrown) {
      this.#waiting = [...lines, ...this.#waiting].slice(-MOST_WAITING);
      throw thrown;
    }
  }

  #keep(line: string): void {
    const parsed = ProbeLine.safeParse(parse(line));
    if (!parsed.success) {
      this.#log.warn({ drill: this.drill, line }, 'asking process says what is no sample');
      return;
    }
    this.#waiting.push(parsed.data);
  }
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    // refused by the schema above, with the line in the log
    return null;
  }
}

/** One row for each probe and second. */
function rowsOf(
  drillId: number,
  lines: ProbeLine[],
): { drillId: number; probe: string; second: Date; answers: Answer[] }[] {
  const secondOf = (line: ProbeLine): number => Math.floor(line.at / SECOND_MS) * SECOND_MS;
  const groups = Map.groupBy(lines, (line) => `${secondOf(line)} ${line.probe}`);
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (!first) return [];
    const second = secondOf(first);
    const answers = group.map((line): Answer => [line.at - second, line.ms, line.result]);
    return [{ drillId, probe: first.probe, second: new Date(second), answers }];
  });
}
