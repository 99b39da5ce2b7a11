import { z } from 'zod';

/**
 * A change plan: desired + existing → stages → lanes of steps. Pure data: diff, dry run, ETA and the run itself read the same value.
 * It is stored as JSON, so it holds names and references, never secrets.
 */
export const STEP_KINDS = [
  'check-cpi',
  'create-network',
  'prepare-datastore',
  'ensure-stemcell',
  'build-stemcell-part',
  'save-manifest',
  'generate-variables',
  'create-vm',
  'wait-for-agent',
  'apply-spec',
  'wait-healthy',
  'drain-instance',
  'delete-vm',
  'delete-disk',
  'delete-instance',
  'delete-deployment',
  'run-errand',
  'note-deployed',
  'finish-product',
  'finish-cluster',
  'take-out-of-service',
  'return-to-service',
  'exchange-etcd-member',
  'await-etcd-member',
  'place-instance',
  'set-wanted',
  'power-off-vm',
  'power-on-vm',
  'begin-anew',
  'place-sample-image',
  'deploy-sample',
  'remove-sample',
  'check-drill',
  'start-probes',
  'inject-fault',
  'watch-recovery',
  'undo-fault',
  'judge-drill',
  'switch-az',
] as const;
export const StepKind = z.enum(STEP_KINDS);
export type StepKind = z.infer<typeof StepKind>;

export const Step = z.strictObject({
  kind: StepKind,
  /** Sentence for the operator: "create VM worker/1 in az2". */
  title: z.string(),
  input: z.record(z.string(), z.unknown()),
});
export type Step = z.infer<typeof Step>;

/** Steps of one subject (an instance, or the deployment itself), run one after another. */
export const Lane = z.strictObject({
  subject: z.string(),
  az: z.string().nullable().default(null),
  steps: z.array(Step),
});
export type Lane = z.infer<typeof Lane>;

/** Batches run one after another (canary first), the lanes of a batch side by side. */
export const Stage = z.strictObject({ title: z.string(), batches: z.array(z.array(Lane)) });
export type Stage = z.infer<typeof Stage>;

export const ChangePlan = z.strictObject({ stages: z.array(Stage) });
export type ChangePlan = z.infer<typeof ChangePlan>;

/** VM diff of a plan, as the review page counts it: +create ~update ↻recreate −delete. */
export type VmDiff = { create: string[]; update: string[]; recreate: string[]; delete: string[] };
