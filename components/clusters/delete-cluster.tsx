'use client';

import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { cliTwins } from '#components/cli-twins.ts';
import { useTRPC } from '#components/live/trpc.ts';
import { Button } from '#components/ui/button.tsx';
import { CliLine } from '#components/ui/cli-line.tsx';
import { Dialog } from '#components/ui/dialog.tsx';
import { ErrorView } from '#components/ui/error-view.tsx';
import { TextField } from '#components/ui/text-field.tsx';
import type { ClusterView } from '#model/cluster.ts';

/** Deleting takes typing the name: nothing brings a cluster back. */
export function DeleteCluster({ cluster, onClose }: { cluster: ClusterView; onClose: () => void }) {
  const trpc = useTRPC();
  const [typed, setTyped] = useState('');
  const remove = useMutation(trpc.clusters.remove.mutationOptions({ onSuccess: onClose }));
  const matches = typed === cluster.name;
  return (
    <Dialog
      title={`Delete cluster ${cluster.name}`}
      description={`Its ${cluster.masterInstances + cluster.workerInstances} VMs, their disks and all volumes are deleted. Nothing brings them back.`}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Keep it</Button>
          <Button
            look="danger"
            refusal={matches ? null : `type ${cluster.name} first`}
            pending={remove.isPending}
            onClick={() => remove.mutate({ name: cluster.name })}
          >
            Delete cluster
          </Button>
        </>
      }
    >
      {remove.error ? <ErrorView what="Not deleted." error={remove.error} /> : null}
      <TextField
        label={`Type ${cluster.name} to confirm`}
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
        autoComplete="off"
        spellCheck={false}
      />
      <CliLine command={cliTwins.deleteCluster(cluster.name)} />
    </Dialog>
  );
}
