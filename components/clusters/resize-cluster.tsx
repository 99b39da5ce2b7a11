'use client';

import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { refusalOf } from '#components/live/refusal.ts';
import { useTRPC } from '#components/live/trpc.ts';
import { Button } from '#components/ui/button.tsx';
import { Dialog } from '#components/ui/dialog.tsx';
import { TextField } from '#components/ui/text-field.tsx';
import type { ClusterView } from '#model/cluster.ts';

/** Another number of workers. */
export function ResizeCluster({ cluster, onClose }: { cluster: ClusterView; onClose: () => void }) {
  const trpc = useTRPC();
  const [workers, setWorkers] = useState(String(cluster.workerInstances));
  const resize = useMutation(trpc.clusters.resize.mutationOptions({ onSuccess: onClose }));
  const wanted = Number(workers);
  const good = /^\d+$/.test(workers) && wanted >= 1;
  return (
    <Dialog
      title={`Resize ${cluster.name}`}
      description={`It has ${cluster.workerInstances} workers now. Workers that go are drained first.`}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Back</Button>
          <Button
            look="primary"
            refusal={good ? null : 'give a number from 1'}
            pending={resize.isPending}
            onClick={() => resize.mutate({ name: cluster.name, workers: wanted })}
          >
            Resize to {good ? wanted : '…'} workers
          </Button>
        </>
      }
    >
      <TextField
        label="Workers"
        inputMode="numeric"
        value={workers}
        onChange={(event) => setWorkers(event.target.value)}
        error={resize.error ? refusalOf(resize.error).message : undefined}
      />
    </Dialog>
  );
}
