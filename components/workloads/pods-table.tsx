'use client';

import { links } from '#components/links.ts';
import { StateBadge } from '#components/ui/badge.tsx';
import { Link } from '#components/ui/link.tsx';
import { TableBox } from '#components/ui/table-box.tsx';
import { Ago } from '#components/ui/time.tsx';
import type { NodeView, PodView } from '#model/workload.ts';
import { vmOf } from './node-cards.tsx';
import { podState } from './pod-state.ts';

/** Pods of people first; those of the cluster itself are folded, because nobody looks for them. */
export function PodsTable({ pods, nodes }: { pods: readonly PodView[]; nodes: readonly NodeView[] }) {
  const own = pods.filter((pod) => !pod.system);
  const system = pods.filter((pod) => pod.system);
  const sick = system.filter((pod) => !pod.ready && podState(pod) !== 'done').length;
  return (
    <>
      {own.length === 0 ? (
        <p className="pad muted">No pods but those of the cluster itself.</p>
      ) : (
        <Rows label="Pods" pods={own} nodes={nodes} />
      )}
      {system.length === 0 ? null : (
        <details className="system-pods">
          <summary>
            {system.length} of the system{sick > 0 ? `, ${sick} not ready` : ', all ready'}
          </summary>
          <Rows label="Pods of the system" pods={system} nodes={nodes} />
        </details>
      )}
    </>
  );
}

function Rows({ label, pods, nodes }: { label: string; pods: readonly PodView[]; nodes: readonly NodeView[] }) {
  return (
    <TableBox label={label}>
      <table className="table pods-table">
        <thead>
          <tr>
            <th>Namespace</th>
            <th>Name</th>
            <th>Status</th>
            <th>Ready</th>
            <th className="num">Restarts</th>
            <th>Node → VM → AZ</th>
            <th>Pod IP</th>
            <th>Kept by</th>
            <th>Age</th>
          </tr>
        </thead>
        <tbody>
          {pods.map((pod) => (
            <tr key={pod.uid}>
              <td>{pod.namespace}</td>
              <th scope="row">{pod.name}</th>
              <td>
                <StateBadge state={podState(pod)} word={pod.status} plain />
              </td>
              <td>{pod.ready ? 'yes' : 'no'}</td>
              <td className="num">{pod.restarts}</td>
              <td>
                <Place pod={pod} node={nodes.find((node) => node.name === pod.node)} />
              </td>
              <td className="mono">{pod.podIp ?? '–'}</td>
              <td>
                {pod.keeper ?? (
                  <span title="Nobody makes a new one when it or its node goes">nobody: it ends with its node</span>
                )}
              </td>
              <td>
                <Ago at={pod.createdAt} suffix="" />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </TableBox>
  );
}

/** Where a pod runs, down to the machine. */
function Place({ pod, node }: { pod: PodView; node: NodeView | undefined }) {
  if (pod.node === null) return <span className="muted">not placed yet</span>;
  if (!node?.instance) return <>{pod.node}</>;
  return (
    <>
      {pod.node} → <Link href={links.processes(node.instance)}>{vmOf(node)}</Link> → {node.zone ?? 'no AZ'}
    </>
  );
}
