import type { UiState } from '#components/ui/state-shape.tsx';
import type { NodeView, PodView, WorkloadView } from '#model/workload.ts';

const BROKEN = /BackOff|Err|Error|Evicted|Failed|OOMKilled|Invalid|Unknown/;
const OVER = ['Succeeded', 'Completed'];

/** Shape of a pod: its own word says more. */
export function podState(pod: Pick<PodView, 'status' | 'ready'>): UiState {
  if (pod.ready) return 'running';
  if (OVER.includes(pod.status)) return 'done';
  if (BROKEN.test(pod.status)) return 'failed';
  return 'working';
}

/** Cordoned is no fault: masters always are. */
export const nodeState = (node: Pick<NodeView, 'status'>): UiState =>
  node.status.startsWith('Ready') ? 'running' : 'failed';

export function workloadState({ ready, desired }: Pick<WorkloadView, 'ready' | 'desired'>): UiState {
  if (desired === 0) return 'stopped';
  if (ready >= desired) return 'running';
  return ready === 0 ? 'failed' : 'attention';
}

/** Pods whose line holds every word of the filter. */
export function filterPods(pods: readonly PodView[], filter: string): PodView[] {
  const words = filter.trim().toLowerCase().split(/\s+/).filter(Boolean);
  return pods.filter((pod) => {
    const line = [pod.namespace, pod.name, pod.status, pod.node ?? '', pod.keeper ?? '', pod.podIp ?? '']
      .join(' ')
      .toLowerCase();
    return words.every((word) => line.includes(word));
  });
}
