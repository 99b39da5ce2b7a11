'use client';

import { useMutation } from '@tanstack/react-query';
import type { FormEvent } from 'react';
import { refusalOf } from '#components/live/refusal.ts';
import { useTRPC } from '#components/live/trpc.ts';
import { Button } from '#components/ui/button.tsx';
import { Callout } from '#components/ui/callout.tsx';
import { TextField } from '#components/ui/text-field.tsx';
import { fieldText } from './field-text.ts';

/** User name and password; the server's sentence says how many tries are left. `next` is a path of this console. */
export function SignInForm({ next }: { next: string }) {
  const trpc = useTRPC();
  // a full load: the session changes everything the page knows
  const signIn = useMutation(trpc.session.signIn.mutationOptions({ onSuccess: () => window.location.assign(next) }));
  const refusal = signIn.error ? refusalOf(signIn.error) : null;
  const onSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const sent = new FormData(event.currentTarget);
    signIn.mutate({ userName: fieldText(sent, 'userName'), password: fieldText(sent, 'password') });
  };
  return (
    <form className="stack" onSubmit={onSubmit} aria-label="Log in">
      {refusal ? (
        <Callout state="failed" alert title={refusal.code === 'throttled' ? 'Log-in is paused' : 'Not logged in'}>
          {refusal.message}
        </Callout>
      ) : null}
      <TextField label="User name or e-mail" name="userName" autoComplete="username" autoFocus required />
      <TextField
        label="Password"
        name="password"
        type="password"
        autoComplete="current-password"
        required
        aria-invalid={refusal?.code === 'bad_credentials' || undefined}
      />
      <Button type="submit" look="primary" pending={signIn.isPending || signIn.isSuccess}>
        {signIn.isPending || signIn.isSuccess ? 'Logging in…' : 'Log in'}
      </Button>
    </form>
  );
}
