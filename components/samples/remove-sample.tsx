'use client';

import { useMutation } from '@tanstack/react-query';
import { cliTwins } from '#components/cli-twins.ts';
import { useTRPC } from '#components/live/trpc.ts';
import { Button } from '#components/ui/button.tsx';
import { CliLine } from '#components/ui/cli-line.tsx';
import { Dialog } from '#components/ui/dialog.tsx';
import { ErrorView } from '#components/ui/error-view.tsx';
import type { SampleView } from '#model/sample.ts';

/** Its data goes with it, so it is asked once. */
export function RemoveSample({
  cluster,
  sample,
  onClose,
}: {
  cluster: string;
  sample: SampleView;
  onClose: () => void;
}) {
  const trpc = useTRPC();
  const remove = useMutation(trpc.samples.remove.mutationOptions({ onSuccess: onClose }));
  return (
    <Dialog
      title={`Remove ${sample.name}`}
      description={`Its pods, its Service and its data are deleted from ${cluster}.`}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Keep it</Button>
          <Button
            look="danger"
            pending={remove.isPending}
            onClick={() => remove.mutate({ cluster, sample: sample.id })}
          >
            Remove {sample.name}
          </Button>
        </>
      }
    >
      {remove.error ? <ErrorView what="Not removed." error={remove.error} /> : null}
      <CliLine command={cliTwins.removeSample(cluster, sample.id)} />
    </Dialog>
  );
}
