import { and, desc, eq, inArray } from 'drizzle-orm';
import { stemcells } from '#db/schema/stemcells.ts';
import { tasks } from '#db/schema/tasks.ts';
import type { Tx } from '#db/transaction.ts';
import { StemcellManifest, type StemcellState } from '#model/stemcell.ts';
import { STEMCELL_LINES } from '#stemcell/lines.ts';

/** A stemcell line as pages show it: what is recorded, else how its build stands. */
export type StemcellView = {
  /** `<os>/<version>` */
  name: string;
  os: string;
  version: string;
  kubernetes: string;
  state: StemcellState | 'missing';
  /** The last build, running or ended; null when it was never asked for. */
  taskId: number | null;
  manifest: StemcellManifest | null;
  builtAt: string | null;
};

/** Every line this release knows, in its order. */
export async function listStemcells(tx: Tx): Promise<StemcellView[]> {
  const names = STEMCELL_LINES.map((line) => `${line.os}/${line.version}`);
  const rows = await tx.db.select().from(stemcells).where(inArray(stemcells.name, names)).limit(names.length);
  const builds = await tx.db
    .selectDistinctOn([tasks.subject], { id: tasks.id, subject: tasks.subject, state: tasks.state })
    .from(tasks)
    .where(and(eq(tasks.kind, 'build-stemcell'), inArray(tasks.subject, names)))
    .orderBy(tasks.subject, desc(tasks.id))
    .limit(names.length);
  return STEMCELL_LINES.map((line): StemcellView => {
    const name = `${line.os}/${line.version}`;
    const row = rows.find((candidate) => candidate.name === name);
    const build = builds.find((candidate) => candidate.subject === name);
    const manifest = StemcellManifest.safeParse(row?.manifest);
    return {
      name,
      os: line.os,
      version: line.version,
      kubernetes: line.kubernetes,
      state: stateOf(row?.state, build?.state),
      taskId: build?.id ?? null,
      manifest: manifest.success ? manifest.data : null,
      builtAt: row?.builtAt?.toISOString() ?? null,
    };
  });
}

/** A stemcell that is ready stays ready while a newer build of it runs or fails. */
function stateOf(recorded: string | undefined, build: string | undefined): StemcellView['state'] {
  if (recorded === 'ready') return 'ready';
  if (build === undefined) return 'missing';
  return build === 'failed' || build === 'cancelled' ? 'failed' : 'building';
}
