import { isUnderWay } from '#components/drills/drill-words.ts';
import type { DrillKind, DrillView } from '#model/drill.ts';

/** The drills of the walk-through in their order: each hits more than the one before, the process kill closes it. */
export const WALK_DRILLS = [
  {
    kind: 'delete-pod',
    title: 'Delete the pod',
    why: 'The innermost layer: Kubernetes sees that a pod is gone and makes another, on whichever node has room. Its data is on a volume and is there again.',
  },
  {
    kind: 'vm-off',
    title: 'Switch off the VM without the pod',
    why: 'A worker that does not run the pod loses power. The application does not notice; the platform makes the VM again with the same name, address and disks.',
  },
  {
    kind: 'vm-off-with-pod',
    title: 'Switch off the VM with the pod',
    why: 'Both layers at once: first the pod moves with its volume to another worker, then the VM is made again. The report tells the two times apart.',
  },
  {
    kind: 'kill-process',
    title: 'Kill the kubelet',
    why: 'The layer between: a process of the platform dies. The agent in its VM starts it again; neither pod nor VM goes.',
  },
] as const satisfies readonly { kind: DrillKind; title: string; why: string }[];

export type WalkDrill = (typeof WALK_DRILLS)[number];

/** done: it ran to its end, whatever its verdict · failed: it was stopped, refused or not detected, so it must be repeated. */
export type StepState = 'locked' | 'ready' | 'running' | 'done' | 'failed';
export type WalkStep = { drill: WalkDrill; state: StepState; run: DrillView | null };

/** Without a beginning in the address, drills of the last day count: who comes back after lunch goes on. */
const DAY_MS = 86_400_000;

/**
 * Where the tour stands, from the drills of the cluster alone, so that it survives a reload and another browser. `since`: drills up to
 * this id were there before it began. `open`: the steps before the drills are done.
 */
export function walkSteps(
  drills: readonly DrillView[],
  begin: { since: number | null; now: number },
  open: boolean,
): WalkStep[] {
  const counted = drills.filter((drill) =>
    begin.since === null ? begin.now - Date.parse(drill.createdAt) < DAY_MS : drill.id > begin.since,
  );
  let unlocked = open;
  return WALK_DRILLS.map((drill) => {
    const runs = counted.filter((run) => run.kind === drill.kind).toSorted((a, b) => b.id - a.id);
    const run = runs.find(isUnderWay) ?? runs.find(isProof) ?? runs[0] ?? null;
    const state = stateOf(run, unlocked);
    unlocked = unlocked && state === 'done';
    return { drill, state, run };
  });
}

const isProof = (run: DrillView): boolean =>
  run.state === 'ended' && (run.verdict === 'PASS' || run.verdict === 'FAIL');

function stateOf(run: DrillView | null, unlocked: boolean): StepState {
  if (run && isUnderWay(run)) return 'running';
  if (run && isProof(run)) return 'done';
  if (!unlocked) return 'locked';
  return run ? 'failed' : 'ready';
}
