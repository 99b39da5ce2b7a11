'use client';

import { useQueries, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useTRPC } from '#components/live/trpc.ts';
import { type ClusterView, deploymentOfCluster } from '#model/cluster.ts';
import type { InstanceView } from '#model/deployment.ts';
import type { DrillView } from '#model/drill.ts';
import { resurrects } from '#model/health.ts';
import type { TaskView } from '#model/task.ts';

const NO_INSTANCES: InstanceView[] = [];
const MOST_REPAIRS_READ = 6;
/** A leader changes by itself, and nobody tells: it is asked for this often. */
const LEADER_AGAIN_MS = 5000;

/** A cluster by its name and its VMs; `cluster` is undefined until it was read. */
export function useCluster(name: string) {
  const trpc = useTRPC();
  const cluster = useQuery(trpc.clusters.read.queryOptions({ name }));
  const deployment = deploymentOfCluster(cluster.data?.uuid ?? '');
  const instances = useQuery({
    ...trpc.instances.list.queryOptions({ deployment }),
    enabled: cluster.data !== undefined,
  });
  return {
    cluster: cluster.error ? undefined : cluster.data,
    deployment,
    error: cluster.error,
    retry: () => void cluster.refetch(),
    instances: instances.data ?? NO_INSTANCES,
    instancesError: instances.error,
  };
}

/** Tasks at work on single VMs of these instances, by instance id, with their stages. */
export function useRepairs(instances: readonly InstanceView[]): ReadonlyMap<string, TaskView> {
  const trpc = useTRPC();
  const active = useQuery(trpc.tasks.list.queryOptions({ states: ['queued', 'running', 'cancelling'], limit: 50 }));
  const mine = (active.data ?? []).filter((task) => instances.some((instance) => instance.id === task.subject));
  return useQueries({
    queries: mine.slice(0, MOST_REPAIRS_READ).map((task) => trpc.tasks.read.queryOptions({ id: task.id })),
    combine: (results) =>
      new Map(
        mine.map((task) => {
          const read = results.find((result) => result.data?.id === task.id)?.data;
          return [task.subject, read ?? task];
        }),
      ),
  });
}

/** Is repair on for this cluster? Null while that is not known. */
export function useResurrection(deployment: string): { on: boolean; globally: boolean } | null {
  const trpc = useTRPC();
  const overview = useQuery(trpc.health.overview.queryOptions());
  if (!overview.data) return null;
  const { resurrection } = overview.data;
  return { on: resurrects(resurrection, deployment), globally: resurrection.enabled };
}

/** Pods by node's instance and in sum, as the watcher of the cluster last saw them; null before it saw any. */
export function usePods(cluster: ClusterView | undefined) {
  const trpc = useTRPC();
  const workloads = useQuery({
    ...trpc.workloads.read.queryOptions({ cluster: cluster?.name ?? '' }),
    enabled: cluster !== undefined,
  });
  const seen = workloads.data;
  return useMemo(() => {
    if (!seen?.heardAt) return null;
    const instanceOf = new Map(seen.nodes.map((node) => [node.name, node.instance]));
    const byInstance = new Map<string, number>();
    for (const pod of seen.pods) {
      const instance = pod.node === null ? null : (instanceOf.get(pod.node) ?? null);
      if (instance !== null) byInstance.set(instance, (byInstance.get(instance) ?? 0) + 1);
    }
    const wanted = seen.pods.filter((pod) => pod.status !== 'Succeeded' && pod.status !== 'Completed');
    return {
      ready: wanted.filter((pod) => pod.ready).length,
      total: wanted.length,
      byInstance: byInstance as ReadonlyMap<string, number>,
      heardAt: seen.heardAt,
      problem: seen.problem,
    };
  }, [seen]);
}

export type PodSums = NonNullable<ReturnType<typeof usePods>>;

/** Instance id of etcd's leader; asked only where there is a choice of more than one master. */
export function useLeader(cluster: ClusterView | undefined): string | null {
  const trpc = useTRPC();
  const leader = useQuery({
    ...trpc.clusters.leader.queryOptions({ name: cluster?.name ?? '' }),
    enabled: cluster !== undefined && cluster.masterInstances > 1 && cluster.masterAddress !== null,
    refetchInterval: LEADER_AGAIN_MS,
    retry: false,
  });
  return leader.error ? null : (leader.data ?? null);
}

/** Drills of a cluster, newest first; null while they are not known. */
export function useDrills(name: string): readonly DrillView[] | null {
  const trpc = useTRPC();
  const drills = useQuery(trpc.drills.list.queryOptions({ cluster: name, limit: 50 }));
  return drills.data ?? null;
}
