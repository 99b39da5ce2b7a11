'use client';

import { useMutation } from '@tanstack/react-query';
import { useTRPC } from '#components/live/trpc.ts';
import { Button } from '#components/ui/button.tsx';
import { Dialog } from '#components/ui/dialog.tsx';
import { ErrorView } from '#components/ui/error-view.tsx';
import type { UserView } from '#model/user.ts';

export function DeleteUser({ user, onClose }: { user: UserView; onClose: () => void }) {
  const trpc = useTRPC();
  const remove = useMutation(trpc.users.remove.mutationOptions({ onSuccess: onClose }));
  return (
    <Dialog
      title={`Delete user ${user.userName}`}
      description="All sessions end at once. What this user did stays in the change log; clusters stay, under the same owner name."
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Keep</Button>
          <Button look="danger" pending={remove.isPending} onClick={() => remove.mutate({ id: user.id })}>
            Delete user
          </Button>
        </>
      }
    >
      {remove.error ? <ErrorView what="Not deleted." error={remove.error} /> : null}
    </Dialog>
  );
}
