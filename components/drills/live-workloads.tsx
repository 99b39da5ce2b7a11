'use client';

import { useQuery } from '@tanstack/react-query';
import { useTRPC } from '#components/live/trpc.ts';
import { Callout } from '#components/ui/callout.tsx';
import { Card } from '#components/ui/card.tsx';
import { ErrorView } from '#components/ui/error-view.tsx';
import { StateShape } from '#components/ui/state-shape.tsx';
import { TableBox } from '#components/ui/table-box.tsx';
import { Ago } from '#components/ui/time.tsx';
import { nodeState, podState } from '#components/workloads/pod-state.ts';
import type { InstanceView } from '#model/deployment.ts';
import type { Victim } from '#model/drill.ts';
import type { NodeView, PodView, WorkloadsView } from '#model/workload.ts';
import { hitNames } from './where-it-hit.tsx';

type LiveWorkloadsProps = { cluster: string; deployment: string; victim: Victim };

/** What two terminals with `kubectl get nodes -w` and `kubectl get pods -w` would show, side by side and live. */
export function LiveWorkloads({ cluster, deployment, victim }: LiveWorkloadsProps) {
  const trpc = useTRPC();
  const workloads = useQuery(trpc.workloads.read.queryOptions({ cluster }));
  const instances = useQuery(trpc.instances.list.queryOptions({ deployment }));
  const hit = new Set([...hitNames(victim, instances.data ?? [])].map((name) => name.replace('/', '-')));
  if (workloads.error) {
    return (
      <ErrorView
        what="Nodes and pods could not be read."
        error={workloads.error}
        onRetry={() => void workloads.refetch()}
      />
    );
  }
  const data = workloads.data;
  if (!data) return null;
  return (
    <>
      <Heard data={data} />
      <div className="halves">
        <Nodes data={data} hit={hit} vms={instances.data ?? []} />
        <Pods data={data} hit={hit} />
      </div>
    </>
  );
}

/** What is shown is only as new as the watch of the cluster. */
function Heard({ data }: { data: WorkloadsView }) {
  if (data.heardAt === null) {
    return (
      <Callout state="unknown" title="The Kubernetes API of this cluster has not been heard yet.">
        Nodes and pods appear as soon as it answers{data.problem ? ` (${data.problem})` : ''}.
      </Callout>
    );
  }
  if (data.problem === null) return null;
  return (
    <Callout state="attention" title="Nodes and pods are as last heard.">
      <p>
        {data.problem} (<Ago at={data.heardAt} />)
      </p>
    </Callout>
  );
}

function Nodes({ data, hit, vms }: { data: WorkloadsView; hit: ReadonlySet<string>; vms: readonly InstanceView[] }) {
  const ready = data.nodes.filter((node) => node.status.startsWith('Ready')).length;
  return (
    <Card
      title="Nodes"
      aside={
        <span className="cap">
          {ready} of {data.nodes.length} ready
        </span>
      }
    >
      <div className="livetable">
        <TableBox label="Nodes">
          <table className="table">
            <thead>
              <tr>
                <th>Name</th>
                <th>Status</th>
                <th>AZ</th>
                <th>Address</th>
                <th>VM</th>
              </tr>
            </thead>
            <tbody>
              {data.nodes.map((node) => (
                <NodeRow
                  key={node.name}
                  node={node}
                  hit={hit.has(node.name)}
                  vm={vms.find((vm) => vm.id === node.instance)}
                />
              ))}
            </tbody>
          </table>
        </TableBox>
        {data.nodes.length === 0 ? <p className="pad muted">No node is known yet.</p> : null}
      </div>
    </Card>
  );
}

function NodeRow({ node, hit, vm }: { node: NodeView; hit: boolean; vm: InstanceView | undefined }) {
  const state = nodeState(node);
  return (
    <tr data-state={hit ? 'drill' : undefined}>
      <td>{node.name}</td>
      <td>
        <span className="badge" data-state={state}>
          <StateShape state={state} />
          {node.status}
        </span>
      </td>
      <td>{node.zone ?? '–'}</td>
      <td className="mono">{node.internalIp ?? '–'}</td>
      <td className="mono" title={vm?.vmCid ?? undefined}>
        {vm?.vmCid ? vm.vmCid.slice(0, 12) : 'none'}
      </td>
    </tr>
  );
}

function Pods({ data, hit }: { data: WorkloadsView; hit: ReadonlySet<string> }) {
  const pods = data.pods.toSorted((a, b) => Number(a.system) - Number(b.system) || a.name.localeCompare(b.name));
  const ready = pods.filter((pod) => pod.ready).length;
  return (
    <Card
      title="Pods"
      aside={
        <span className="cap">
          {ready} of {pods.length} ready
        </span>
      }
    >
      <div className="livetable">
        <TableBox label="Pods">
          <table className="table">
            <thead>
              <tr>
                <th>Name</th>
                <th>Status</th>
                <th>Node</th>
                <th className="num">Restarts</th>
                <th>Age</th>
              </tr>
            </thead>
            <tbody>
              {pods.map((pod) => (
                <PodRow key={pod.uid} pod={pod} hit={pod.node !== null && hit.has(pod.node)} />
              ))}
            </tbody>
          </table>
        </TableBox>
        {pods.length === 0 ? <p className="pad muted">No pod is known yet.</p> : null}
      </div>
    </Card>
  );
}

function PodRow({ pod, hit }: { pod: PodView; hit: boolean }) {
  const state = podState(pod);
  return (
    <tr data-state={hit ? 'drill' : undefined}>
      <td title={`${pod.namespace}/${pod.name}`}>
        {pod.name} <span className="cap">{pod.namespace}</span>
      </td>
      <td>
        <span className="badge" data-state={state}>
          <StateShape state={state} />
          {pod.status}
        </span>
      </td>
      <td>{pod.node ?? '–'}</td>
      <td className="num">{pod.restarts}</td>
      <td>
        <Ago at={pod.createdAt} suffix="" />
      </td>
    </tr>
  );
}
