'use client';

import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTRPC } from '#components/live/trpc.ts';
import { Button } from '#components/ui/button.tsx';
import { Dialog } from '#components/ui/dialog.tsx';
import { ErrorView } from '#components/ui/error-view.tsx';
import type { UserView } from '#model/user.ts';
import { GroupChecks } from './group-checks.tsx';

/** Groups of one user; counts at that user's next request. */
export function EditGroups({ user, onClose }: { user: UserView; onClose: () => void }) {
  const trpc = useTRPC();
  const [groups, setGroups] = useState(user.groups.map((group) => group.displayName));
  const save = useMutation(trpc.users.setGroups.mutationOptions({ onSuccess: onClose }));
  return (
    <Dialog
      title={`Groups of ${user.userName}`}
      description="A change counts at the user’s next request."
      wide
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Back</Button>
          <Button look="primary" pending={save.isPending} onClick={() => save.mutate({ id: user.id, groups })}>
            Save groups
          </Button>
        </>
      }
    >
      {save.error ? <ErrorView what="Not saved." error={save.error} /> : null}
      <GroupChecks chosen={groups} onChange={setGroups} />
    </Dialog>
  );
}
