import { eq } from 'drizzle-orm';
import { tasks } from '#db/schema/tasks.ts';
import { inTransaction, type Tx } from '#db/transaction.ts';
import type { ChangePlan } from '#model/change.ts';
import { TaskKind } from '#model/task.ts';
import { planClusterTask } from '#server/clusters/plan-cluster-task.ts';
import { planChangeInstance } from '#server/deployments/plan-change-instance.ts';
import { planMoveHome } from '#server/deployments/plan-move-home.ts';
import { planDrill } from '#server/drills/plan-drill.ts';
import { planInstanceRepair } from '#server/health/plan-instance-repair.ts';
import { planSwitchAz } from '#server/infrastructure/switch-az.ts';
import { planInstallation } from '#server/installations/plan-installation.ts';
import { type PlanOutline, savePlan } from '#server/installer/save-plan.ts';
import type { StepContext } from '#server/installer/step.ts';
import { planSampleTask } from '#server/samples/plan-sample-task.ts';
import { planStemcellBuild } from '#server/stemcells/plan-stemcell-build.ts';

/** What the director gives its workflows. */
export type WorkflowDependencies = Omit<StepContext, 'log' | 'taskId'>;

type TaskRow = typeof tasks.$inferSelect;
type Planner = (tx: Tx, task: TaskRow) => Promise<ChangePlan>;

/** How each kind of task is planned; a forgotten kind does not compile. */
const planners = {
  'apply-changes': planInstallation,
  'create-cluster': planClusterTask,
  'resize-cluster': planClusterTask,
  'delete-cluster': planClusterTask,
  'build-stemcell': planStemcellBuild,
  'repair-instance': planInstanceRepair,
  'move-home': planMoveHome,
  'change-instance': planChangeInstance,
  'deploy-sample': planSampleTask,
  'remove-sample': planSampleTask,
  'run-drill': planDrill,
  'switch-az': planSwitchAz,
} satisfies Record<TaskKind, Planner>;

/** Plans a task once and saves the plan; a retry or a recovered run gets the plan it had. */
export async function planTask({ pool }: Pick<WorkflowDependencies, 'pool'>, taskId: number): Promise<PlanOutline> {
  return inTransaction(pool, async (tx) => {
    const [task] = await tx.db.select().from(tasks).where(eq(tasks.id, taskId)).limit(1);
    if (!task) throw new Error(`task ${taskId} is gone`);
    return savePlan(tx, taskId, () => planners[TaskKind.parse(task.kind)](tx, task));
  });
}
