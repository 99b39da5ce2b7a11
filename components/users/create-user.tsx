'use client';

import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { fieldText } from '#components/entry/field-text.ts';
import { refusalOf } from '#components/live/refusal.ts';
import { useTRPC } from '#components/live/trpc.ts';
import { Button } from '#components/ui/button.tsx';
import { Callout } from '#components/ui/callout.tsx';
import { Dialog } from '#components/ui/dialog.tsx';
import { TextField } from '#components/ui/text-field.tsx';
import { faultsByField } from '#model/faults-by-field.ts';
import { NewUser } from '#model/user.ts';
import { GroupChecks } from './group-checks.tsx';

const FORM = 'create-user';

/** A new user, active at once. */
export function CreateUser({ onClose }: { onClose: () => void }) {
  const trpc = useTRPC();
  const [groups, setGroups] = useState<string[]>([]);
  const [faults, setFaults] = useState<Record<string, string>>({});
  const create = useMutation(trpc.users.create.mutationOptions({ onSuccess: onClose }));
  const refusal = create.error ? refusalOf(create.error) : null;
  const shown = { ...refusal?.fields, ...faults };
  const onSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const sent = new FormData(event.currentTarget);
    const parsed = NewUser.safeParse({
      userName: fieldText(sent, 'userName'),
      email: fieldText(sent, 'email'),
      password: fieldText(sent, 'password'),
      groups,
    });
    setFaults(parsed.success ? {} : faultsByField(parsed.error));
    if (parsed.success) create.mutate(parsed.data);
  };
  return (
    <Dialog
      title="Create user"
      wide
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Back</Button>
          <Button look="primary" type="submit" form={FORM} pending={create.isPending}>
            Create user
          </Button>
        </>
      }
    >
      <form id={FORM} className="stack" onSubmit={onSubmit} noValidate>
        {refusal ? (
          <Callout state="failed" title="Not created" alert>
            {refusal.message}
          </Callout>
        ) : null}
        <TextField label="User name" name="userName" autoComplete="off" error={shown.userName} />
        <TextField label="E-mail" name="email" type="email" autoComplete="off" error={shown.email} />
        <TextField
          label="Password"
          name="password"
          type="password"
          autoComplete="new-password"
          error={shown.password}
          help="At least 8 characters."
        />
        <GroupChecks chosen={groups} onChange={setGroups} />
      </form>
    </Dialog>
  );
}
