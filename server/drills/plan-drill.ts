import { z } from 'zod';
import type { tasks } from '#db/schema/tasks.ts';
import type { Tx } from '#db/transaction.ts';
import type { ChangePlan, Stage, StepKind } from '#model/change.ts';
import { DrillKind } from '#model/drill.ts';
import { findDrill, victimOf } from './drill-rows.ts';
import { kinds } from './kinds.ts';
import { victimName } from './plan-preview.ts';

const Input = z.object({ drill: z.number() });

/** The change plan of a drill: each stage one step, so that progress shows where it is. */
export async function planDrill(tx: Tx, task: typeof tasks.$inferSelect): Promise<ChangePlan> {
  const { drill } = Input.parse(task.input);
  const row = await findDrill(tx, drill);
  const victim = victimName(victimOf(row));
  const stage = (title: string, kind: StepKind, sentence: string): Stage => ({
    title,
    batches: [[{ subject: `drill ${drill}`, az: null, steps: [{ kind, title: sentence, input: { drill } }] }]],
  });
  return {
    stages: [
      stage('Check', 'check-drill', 'check that the cluster is fit for the drill'),
      stage('Measure', 'start-probes', 'ask ten times a second, and expect answers'),
      stage('Inject', 'inject-fault', `${kinds[DrillKind.parse(row.kind)].title.toLowerCase()}: ${victim}`),
      stage('Watch', 'watch-recovery', 'watch the platform notice and repair'),
      stage('Undo', 'undo-fault', `undo the fault on ${victim}`),
      stage('Report', 'judge-drill', 'judge against the limits and write the report'),
    ],
  };
}
