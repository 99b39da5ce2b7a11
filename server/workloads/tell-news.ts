import type { MarkLane, MarkPhase } from '#model/health.ts';
import type { Change, ClusterMemory } from './cluster-memory.ts';
import { isSystem, type TrackedNode, type TrackedPod } from './tracked.ts';

/** A point for the time axis, before it is known what it means for a keeper. */
export type News = {
  lane: Extract<MarkLane, 'pod' | 'node'>;
  /** `<namespace>/<name>` of a pod, name of a node. */
  of: string;
  title: string;
  at: Date;
  phase: MarkPhase;
  event: 'deleted' | 'gone' | 'scheduled' | 'ready' | 'restarted' | 'joined' | 'not-ready' | 'left' | 'tainted';
  /** `Deployment/default/web` of a pod that somebody keeps. */
  keeper: string | null;
  data: Record<string, unknown>;
};

/** A pod that was ready and is no more, and since when. */
export type Loss = { pod: TrackedPod; at: Date; cause: string };
type Told = { news: News[]; losses: Loss[] };

const LAST_MS_OF_SECOND = 999;
/** The node life cycle of the cluster itself: said by Ready and NotReady already. */
const FOLLOWING_TAINTS = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'];

/**
 * The API tells times in whole seconds. What was seen within that second is more exact; what was seen later happened at the end of it at the
 * latest.
 */
export function exactTime(told: Date | null, seen: Date): Date {
  if (told === null) return seen;
  return new Date(Math.min(Math.max(seen.getTime(), told.getTime()), told.getTime() + LAST_MS_OF_SECOND));
}

/** What a change of a pod or node means in words, and which ready pods were lost by it. Pure. */
export function tellNews(memory: ClusterMemory, change: Change, seen: Date): Told {
  if (change.of === 'pod') return tellPod(memory, change.before, change.after, seen);
  return tellNode(memory, change.before, change.after, seen);
}

function tellPod(memory: ClusterMemory, before: TrackedPod | null, after: TrackedPod | null, seen: Date): Told {
  const pod = after ?? before;
  const news: News[] = [];
  const losses: Loss[] = [];
  if (!pod) return { news, losses };
  const owner = memory.keeperOf(pod);
  const keeper = owner && `${owner.kind}/${pod.namespace}/${owner.name}`;
  const on = pod.node === null ? '' : ` on ${pod.node}`;
  // the volume provisioner's errands come and go with every claim
  const isErrand = isSystem(pod.namespace) && owner === null;
  const tell = (event: News['event'], words: string, at: Date, data: Record<string, unknown> = {}) => {
    if (isErrand) return;
    news.push({
      lane: 'pod',
      of: `${pod.namespace}/${pod.name}`,
      title: `Pod ${pod.name} ${words}`,
      at,
      phase: 'note',
      event,
      keeper,
      data: { event, uid: pod.uid, node: pod.node, keeper, ...data },
    });
  };
  // a StatefulSet's pod comes back under its own name: it is another pod all the same
  if (before && after && before.uid !== after.uid) {
    const ended = tellPod(memory, before, null, seen);
    const began = tellPod(memory, null, after, seen);
    return { news: [...ended.news, ...began.news], losses: [...ended.losses, ...began.losses] };
  }
  const deleted = before?.deletionAskedAt == null && (after === null || after.deletionAskedAt !== null);
  if (before && deleted) {
    const at = exactTime(after?.deletionAskedAt ?? null, seen);
    tell('deleted', `is deleted${on}`, at);
    if (before.ready) losses.push({ pod: before, at, cause: `pod deleted${on}` });
  }
  if (after === null) tell('gone', `is gone${on}`, seen);
  if (after === null || after.deletionAskedAt !== null) return { news, losses };
  if (after.node !== null && (before?.node ?? null) === null)
    tell('scheduled', `goes to ${after.node}`, exactTime(after.scheduledAt, seen));
  if (before && after.restarts > before.restarts)
    tell(
      'restarted',
      `restarted (${after.lastExit?.reason ?? 'unknown'})${on}`,
      exactTime(after.lastExit?.at ?? null, seen),
      {
        restarts: after.restarts,
        reason: after.lastExit?.reason ?? null,
      },
    );
  if (after.ready && !before?.ready) tell('ready', `is ready${on}`, exactTime(after.readyAt, seen));
  return { news, losses };
}

function tellNode(memory: ClusterMemory, before: TrackedNode | null, after: TrackedNode | null, seen: Date): Told {
  const node = after ?? before;
  const news: News[] = [];
  if (!node) return { news, losses: [] };
  const tell = (event: News['event'], words: string, at: Date, phase: MarkPhase = 'note') =>
    news.push({
      lane: 'node',
      of: node.name,
      title: `Node ${node.name} ${words}`,
      at,
      phase,
      event,
      keeper: null,
      data: { event, status: node.status, taints: node.taints },
    });
  if (!before) tell('joined', 'joined', seen);
  if (!after) tell('left', 'left', seen);
  if (after && before && before.ready !== after.ready) {
    const at = exactTime(after.readyChangedAt, seen);
    if (after.ready) tell('ready', 'is Ready', at, 'recovered');
    else tell('not-ready', 'is NotReady', at, 'detected');
  }
  const fresh = (after?.taints ?? []).filter(
    (taint) => !before?.taints.includes(taint) && !FOLLOWING_TAINTS.some((known) => taint.startsWith(known)),
  );
  if (before) for (const taint of fresh) tell('tainted', `is tainted ${taint}`, seen);
  return { news, losses: memory.isLost(node.name) ? lossesOf(memory, node.name, seen) : [] };
}

/** Pods that count as ready in the cluster's books, on a node that cannot run them. */
function lossesOf(memory: ClusterMemory, node: string, seen: Date): Loss[] {
  return [...memory.pods.values()]
    .filter((pod) => pod.node === node && pod.ready)
    .map((pod) => ({ pod, at: seen, cause: `node ${node} is down` }));
}
