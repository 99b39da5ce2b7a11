'use client';

import { useMutation, useQuery } from '@tanstack/react-query';
import type { FormEvent } from 'react';
import { fieldText } from '#components/entry/field-text.ts';
import { refusalOf } from '#components/live/refusal.ts';
import { useTRPC } from '#components/live/trpc.ts';
import { Button } from '#components/ui/button.tsx';
import { Card } from '#components/ui/card.tsx';
import { TextField } from '#components/ui/text-field.tsx';
import { showToast } from '#components/ui/toast.tsx';

/** Under which address the links in messages find this console. */
export function ConsoleAddress({ refusal }: { refusal: string | null }) {
  const trpc = useTRPC();
  const address = useQuery(trpc.channels.address.queryOptions());
  const save = useMutation(
    trpc.channels.setAddress.mutationOptions({
      onSuccess: () => showToast('done', 'Links in messages use the new address.'),
    }),
  );
  if (!address.data) return null;
  const onSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    save.mutate({ url: fieldText(new FormData(event.currentTarget), 'url').trim() });
  };
  return (
    <Card title="Links in messages">
      <form className="pad stack fields" onSubmit={onSubmit} aria-label="Links in messages" noValidate>
        <TextField
          key={address.data.shown}
          label="Address of this console"
          name="url"
          defaultValue={address.data.shown}
          autoComplete="off"
          spellCheck={false}
          error={save.error ? refusalOf(save.error).message : undefined}
          help={
            address.data.set === null
              ? 'Works on this machine only. Give the address under which people reach the console.'
              : 'What links in messages begin with.'
          }
        />
        <div className="row">
          <Button type="submit" pending={save.isPending} refusal={refusal}>
            Save address
          </Button>
        </div>
      </form>
    </Card>
  );
}
