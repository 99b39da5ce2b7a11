import { links } from '#components/links.ts';
import { Link } from '#components/ui/link.tsx';
import type { RecoveryView } from '#model/health.ts';

export type ClusterName = { name: string; deployment: string };

/** Where a recovery leads: its cluster, the task at work on it, the drill behind it. */
export function RecoveryLinks({
  recovery,
  clusters,
}: {
  recovery: Pick<RecoveryView, 'deployment' | 'taskId' | 'drillId'>;
  clusters: readonly ClusterName[];
}) {
  const cluster = clusters.find(({ deployment }) => deployment === recovery.deployment);
  return (
    <>
      {cluster ? (
        <Link className="link" href={links.cluster(cluster.name)}>
          {cluster.name}
        </Link>
      ) : null}
      {recovery.taskId === null ? null : (
        <Link className="link" href={links.task(recovery.taskId)}>
          task {recovery.taskId}
        </Link>
      )}
      {recovery.drillId === null ? null : (
        <Link className="link" href={links.drill(recovery.drillId)}>
          drill {recovery.drillId}
        </Link>
      )}
    </>
  );
}
