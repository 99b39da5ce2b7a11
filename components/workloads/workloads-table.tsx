import { StateBadge } from '#components/ui/badge.tsx';
import { Card } from '#components/ui/card.tsx';
import { count } from '#components/ui/format-time.ts';
import { TableBox } from '#components/ui/table-box.tsx';
import type { WorkloadView } from '#model/workload.ts';
import { workloadState } from './pod-state.ts';

/** What keeps pods, and whether it has as many as it wants. */
export function WorkloadsTable({ workloads }: { workloads: readonly WorkloadView[] }) {
  const short = workloads.filter((one) => one.ready < one.desired).length;
  return (
    <Card
      title="Workloads"
      aside={
        <span className="cap">
          {short === 0 ? `${count(workloads.length, 'workload')}, all whole` : `${short} short`}
        </span>
      }
    >
      {workloads.length === 0 ? (
        <p className="pad muted">Nothing keeps pods here.</p>
      ) : (
        <TableBox label="Workloads">
          <table className="table">
            <thead>
              <tr>
                <th>Namespace</th>
                <th>Kind</th>
                <th>Name</th>
                <th className="num">Ready</th>
                <th className="num">Desired</th>
                <th>State</th>
              </tr>
            </thead>
            <tbody>
              {workloads.map((one) => (
                <tr key={`${one.kind}/${one.namespace}/${one.name}`}>
                  <td>{one.namespace}</td>
                  <td>{one.kind}</td>
                  <th scope="row">{one.name}</th>
                  <td className="num">{one.ready}</td>
                  <td className="num">{one.desired}</td>
                  <td>
                    <StateBadge state={workloadState(one)} word={wordOf(one)} plain />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </TableBox>
      )}
    </Card>
  );
}

function wordOf({ ready, desired }: WorkloadView): string {
  if (desired === 0) return 'Scaled to none';
  return ready >= desired ? 'Whole' : `Short of ${desired - ready}`;
}
