'use client';

import { useMutation } from '@tanstack/react-query';
import { refusalOf } from '#components/live/refusal.ts';
import { useTRPC } from '#components/live/trpc.ts';
import { Button } from '#components/ui/button.tsx';
import { Callout } from '#components/ui/callout.tsx';
import { Dialog } from '#components/ui/dialog.tsx';
import type { ChannelView } from '#model/channel.ts';

/** Asks before a channel goes, with its secrets and its part of the log. */
export function RemoveChannel({ channel, onClose }: { channel: ChannelView; onClose: () => void }) {
  const trpc = useTRPC();
  const remove = useMutation(trpc.channels.remove.mutationOptions({ onSuccess: onClose }));
  return (
    <Dialog
      title={`Remove ${channel.name}`}
      description="Its secrets, its part of the delivery log and what waits for it go with it."
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Back</Button>
          <Button look="danger" pending={remove.isPending} onClick={() => remove.mutate({ id: channel.id })}>
            Remove channel
          </Button>
        </>
      }
    >
      {remove.error ? (
        <Callout state="failed" title="Not removed" alert>
          {refusalOf(remove.error).message}
        </Callout>
      ) : null}
    </Dialog>
  );
}
