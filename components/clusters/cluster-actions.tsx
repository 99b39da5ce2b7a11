'use client';

import { Download, Zap } from 'lucide-react';
import dynamic from 'next/dynamic';
import { useState } from 'react';
import { links } from '#components/links.ts';
import { useStaleRefusal } from '#components/live/connection-banner.tsx';
import { useSession } from '#components/live/live-provider.tsx';
import { Button, ButtonLink } from '#components/ui/button.tsx';
import { type ClusterView, canCluster } from '#model/cluster.ts';

const DeleteCluster = dynamic(() => import('./delete-cluster.tsx').then((module) => module.DeleteCluster));
const ResizeCluster = dynamic(() => import('./resize-cluster.tsx').then((module) => module.ResizeCluster));

/** What one can do with a cluster; what does not work now says why. */
export function ClusterActions({ cluster }: { cluster: ClusterView }) {
  const { rights, userName } = useSession();
  const stale = useStaleRefusal();
  const [open, setOpen] = useState<'delete' | 'resize' | null>(null);
  const own = cluster.owner === userName;
  const noAddress =
    cluster.masterAddress && canCluster.credentials(cluster.lastActionState) ? null : 'the cluster has no address yet';
  const busy = cluster.lastActionState === 'in progress' ? `${cluster.lastAction} is in progress` : null;
  return (
    <div className="actions">
      {noAddress || !(rights['read-kubeconfig'] || own) ? (
        <Button refusal={noAddress ?? 'that takes the group pks.clusters.admin'}>
          <Download className="i" aria-hidden="true" />
          Kubeconfig
        </Button>
      ) : (
        <a className="btn" href={links.kubeconfig(cluster.name)} download>
          <Download className="i" aria-hidden="true" />
          Kubeconfig
        </a>
      )}
      {rights['run-drill'] ? (
        <ButtonLink href={links.newDrill(cluster.name)}>
          <Zap className="i" aria-hidden="true" />
          Drill…
        </ButtonLink>
      ) : (
        <Button refusal="that takes one of the groups that may apply changes">
          <Zap className="i" aria-hidden="true" />
          Drill…
        </Button>
      )}
      <Button
        refusal={
          stale ??
          busy ??
          (canCluster.resize(cluster.lastActionState) ? null : 'the last action failed; retry it first')
        }
        onClick={() => setOpen('resize')}
      >
        Resize
      </Button>
      <Button
        look="danger"
        refusal={stale ?? busy ?? (rights['delete-cluster'] || own ? null : 'that takes the group pks.clusters.admin')}
        onClick={() => setOpen('delete')}
      >
        Delete…
      </Button>
      {open === 'delete' ? <DeleteCluster cluster={cluster} onClose={() => setOpen(null)} /> : null}
      {open === 'resize' ? <ResizeCluster cluster={cluster} onClose={() => setOpen(null)} /> : null}
    </div>
  );
}
