import type { Tx } from '#db/transaction.ts';
import type { ChangePlan } from '#model/change.ts';
import { buildStemcellParts } from './build-stemcell-steps.ts';

/** The parts of a stemcell build one after another, a stage each, so that the time of each is known for the next build. */
export async function planStemcellBuild(_tx: Tx, task: { subject: string }): Promise<ChangePlan> {
  const stemcell = task.subject;
  return {
    stages: buildStemcellParts(stemcell).map((part) => ({
      title: part.title,
      batches: [
        [
          {
            subject: stemcell,
            az: null,
            steps: [{ kind: 'build-stemcell-part', title: part.title, input: { stemcell, part: part.name } }],
          },
        ],
      ],
    })),
  };
}
