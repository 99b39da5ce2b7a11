import { z } from 'zod';
import { mebibytes, millicores } from './quantity.ts';
import type { TrackedPod } from './tracked.ts';

/** Fields of every object. */
export const Metadata = z.object({
  namespace: z.string().default(''),
  name: z.string(),
  uid: z.string(),
  creationTimestamp: z.string(),
  deletionTimestamp: z.string().optional(),
  deletionGracePeriodSeconds: z.number().default(0),
  labels: z.record(z.string(), z.string()).default({}),
  ownerReferences: z
    .array(z.object({ kind: z.string(), name: z.string(), controller: z.boolean().default(false) }))
    .default([]),
});

export const Condition = z.object({
  type: z.string(),
  status: z.string(),
  lastTransitionTime: z.string().nullish(),
});

const Ended = z.object({ reason: z.string().optional(), exitCode: z.number(), finishedAt: z.string().nullish() });
const ContainerState = z.object({
  waiting: z.object({ reason: z.string().optional() }).optional(),
  running: z.object({}).optional(),
  terminated: Ended.optional(),
});
const ContainerStatus = z.object({
  restartCount: z.number().default(0),
  state: ContainerState.prefault({}),
  lastState: ContainerState.prefault({}),
});
const Container = z.object({
  resources: z.object({ requests: z.record(z.string(), z.string()).default({}) }).prefault({}),
});
const Pod = z.object({
  metadata: Metadata,
  spec: z.object({ nodeName: z.string().optional(), containers: z.array(Container).default([]) }),
  status: z
    .object({
      phase: z.string().default('Pending'),
      reason: z.string().optional(),
      podIP: z.string().optional(),
      conditions: z.array(Condition).default([]),
      containerStatuses: z.array(ContainerStatus).default([]),
      initContainerStatuses: z.array(ContainerStatus).default([]),
    })
    .prefault({}),
});
type Pod = z.infer<typeof Pod>;

const FINISHED = ['Succeeded', 'Failed'];

/** A Pod of the API as the watcher remembers it. Throws zod's error for what is none. */
export function parsePod(object: unknown): TrackedPod {
  const pod = Pod.parse(object);
  const { metadata, spec, status } = pod;
  const condition = (type: string) => status.conditions.find((one) => one.type === type && one.status === 'True');
  const deletionAskedAt = deletionAsked(metadata);
  const ready = condition('Ready') !== undefined && deletionAskedAt === null;
  return {
    namespace: metadata.namespace,
    name: metadata.name,
    uid: metadata.uid,
    status: statusWord(pod),
    ready,
    restarts: status.containerStatuses.reduce((sum, one) => sum + one.restartCount, 0),
    node: spec.nodeName ?? null,
    podIp: status.podIP ?? null,
    createdAt: metadata.creationTimestamp,
    requests: {
      cpu: spec.containers.reduce((sum, one) => sum + millicores(one.resources.requests.cpu), 0),
      memory: spec.containers.reduce((sum, one) => sum + mebibytes(one.resources.requests.memory), 0),
    },
    owner: metadata.ownerReferences.find((owner) => owner.controller) ?? null,
    templateHash: metadata.labels['pod-template-hash'] ?? null,
    finished: FINISHED.includes(status.phase),
    deletionAskedAt,
    scheduledAt: timeOf(condition('PodScheduled')?.lastTransitionTime),
    readyAt: ready ? timeOf(condition('Ready')?.lastTransitionTime) : null,
    lastExit: lastExitOf(pod),
  };
}

/** The API names the end of the grace period; it was asked for that much earlier. */
function deletionAsked({ deletionTimestamp, deletionGracePeriodSeconds }: z.infer<typeof Metadata>): Date | null {
  if (deletionTimestamp === undefined) return null;
  return new Date(Date.parse(deletionTimestamp) - deletionGracePeriodSeconds * 1000);
}

/** The word that kubectl prints. */
function statusWord({ metadata, status }: Pod): string {
  if (metadata.deletionTimestamp !== undefined) return 'Terminating';
  const init = status.initContainerStatuses.find((one) => one.state.terminated?.exitCode !== 0);
  const initReason = init?.state.waiting?.reason ?? init?.state.terminated?.reason;
  if (initReason !== undefined && initReason !== 'PodInitializing') return `Init:${initReason}`;
  const states = status.containerStatuses.map((one) => one.state);
  const reason = states.flatMap((state) => state.waiting?.reason ?? state.terminated?.reason ?? [])[0];
  return reason ?? status.reason ?? status.phase;
}

function lastExitOf({ status }: Pod): TrackedPod['lastExit'] {
  const ended = status.containerStatuses.flatMap((one) => one.lastState.terminated ?? [])[0];
  if (!ended) return null;
  return { reason: `${ended.reason ?? 'ended'}, exit ${ended.exitCode}`, at: timeOf(ended.finishedAt) };
}

export function timeOf(text: string | null | undefined): Date | null {
  return text ? new Date(text) : null;
}
