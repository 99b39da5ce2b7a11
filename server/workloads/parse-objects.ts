import { z } from 'zod';
import { Condition, Metadata, timeOf } from './parse-pod.ts';
import { mebibytes, millicores } from './quantity.ts';
import type { TrackedNode, TrackedService, TrackedSlice, TrackedWorkload } from './tracked.ts';

const ZONE_LABEL = 'topology.kubernetes.io/zone';
const SERVICE_LABEL = 'kubernetes.io/service-name';

const Node = z.object({
  metadata: Metadata,
  spec: z
    .object({
      unschedulable: z.boolean().default(false),
      taints: z.array(z.object({ key: z.string(), value: z.string().default(''), effect: z.string() })).default([]),
    })
    .prefault({}),
  status: z
    .object({
      conditions: z.array(Condition).default([]),
      addresses: z.array(z.object({ type: z.string(), address: z.string() })).default([]),
      allocatable: z.record(z.string(), z.string()).default({}),
      nodeInfo: z
        .object({
          kubeletVersion: z.string().default(''),
          osImage: z.string().default(''),
          kernelVersion: z.string().default(''),
          containerRuntimeVersion: z.string().default(''),
        })
        .prefault({}),
    })
    .prefault({}),
});

export function parseNode(object: unknown): TrackedNode {
  const { metadata, spec, status } = Node.parse(object);
  const readiness = status.conditions.find((one) => one.type === 'Ready');
  const ready = readiness?.status === 'True';
  return {
    name: metadata.name,
    status: `${ready ? 'Ready' : 'NotReady'}${spec.unschedulable ? ',SchedulingDisabled' : ''}`,
    ready,
    readyChangedAt: timeOf(readiness?.lastTransitionTime),
    zone: metadata.labels[ZONE_LABEL] ?? null,
    kubeletVersion: status.nodeInfo.kubeletVersion,
    internalIp: status.addresses.find((one) => one.type === 'InternalIP')?.address ?? null,
    osImage: status.nodeInfo.osImage,
    kernel: status.nodeInfo.kernelVersion,
    runtime: status.nodeInfo.containerRuntimeVersion,
    createdAt: metadata.creationTimestamp,
    taints: spec.taints.map(({ key, value, effect }) => `${key}${value === '' ? '' : `=${value}`}:${effect}`),
    allocatable: { cpu: millicores(status.allocatable.cpu), memory: mebibytes(status.allocatable.memory) },
  };
}

const Workload = z.object({
  metadata: Metadata.extend({ generation: z.number().default(0) }),
  spec: z.object({ replicas: z.number().default(1) }).prefault({}),
  status: z
    .object({
      observedGeneration: z.number().default(0),
      replicas: z.number().default(0),
      updatedReplicas: z.number().optional(),
      desiredNumberScheduled: z.number().optional(),
      updatedNumberScheduled: z.number().optional(),
    })
    .prefault({}),
});

/** A parser of one kind of workload; the kind is not said by the items of a list. */
export function parseWorkload(kind: string): (object: unknown) => TrackedWorkload {
  return (object) => {
    const { metadata, spec, status } = Workload.parse(object);
    const desired = status.desiredNumberScheduled ?? spec.replicas;
    const updated = status.updatedNumberScheduled ?? status.updatedReplicas;
    const existing = status.desiredNumberScheduled ?? status.replicas;
    const rolling = status.observedGeneration < metadata.generation || (updated !== undefined && updated < existing);
    return {
      kind,
      namespace: metadata.namespace,
      name: metadata.name,
      desired,
      rolling,
      owner: metadata.ownerReferences.find((owner) => owner.controller) ?? null,
      deleting: metadata.deletionTimestamp !== undefined,
    };
  };
}

const Service = z.object({
  metadata: Metadata,
  spec: z.object({
    type: z.string().default('ClusterIP'),
    clusterIP: z.string().default(''),
    ports: z
      .array(
        z.object({
          name: z.string().default(''),
          port: z.number(),
          nodePort: z.number().optional(),
          protocol: z.string().default('TCP'),
        }),
      )
      .default([]),
  }),
});

export function parseService(object: unknown): TrackedService {
  const { metadata, spec } = Service.parse(object);
  return {
    namespace: metadata.namespace,
    name: metadata.name,
    type: spec.type,
    clusterIp: spec.clusterIP,
    ports: spec.ports.map((port) => ({ ...port, nodePort: port.nodePort ?? null })),
  };
}

const Slice = z.object({
  metadata: Metadata,
  endpoints: z
    .array(
      z.object({
        addresses: z.array(z.string()),
        conditions: z.object({ ready: z.boolean().nullish() }).prefault({}),
      }),
    )
    .nullish(),
});

export function parseSlice(object: unknown): TrackedSlice {
  const { metadata, endpoints } = Slice.parse(object);
  return {
    namespace: metadata.namespace,
    name: metadata.name,
    service: metadata.labels[SERVICE_LABEL] ?? '',
    endpoints: (endpoints ?? []).flatMap((one) => (one.conditions.ready === false ? [] : one.addresses)),
  };
}
