'use client';

import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { links } from '#components/links.ts';
import { refusalOf } from '#components/live/refusal.ts';
import { useTRPC } from '#components/live/trpc.ts';
import { Button } from '#components/ui/button.tsx';
import { Callout } from '#components/ui/callout.tsx';
import { TextField } from '#components/ui/text-field.tsx';
import { faultsByField } from '#model/faults-by-field.ts';
import { SetUpRequest } from '#model/user.ts';
import { fieldText } from './field-text.ts';

/** First-run set-up. `keyFile` is where the unwrapped key will lie; null = in memory only. */
export function SetUpForm({ keyFile }: { keyFile: string | null }) {
  const trpc = useTRPC();
  const [faults, setFaults] = useState<Record<string, string>>({});
  const signIn = useMutation(
    trpc.session.signIn.mutationOptions({ onSuccess: () => window.location.assign(links.products()) }),
  );
  const setUp = useMutation(trpc.session.setUp.mutationOptions());
  const error = setUp.error ?? signIn.error;
  const refusal = error ? refusalOf(error) : null;
  const shown = { ...refusal?.fields, ...faults };
  const pending = setUp.isPending || signIn.isPending || signIn.isSuccess;

  const onSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const sent = new FormData(event.currentTarget);
    const request = {
      userName: fieldText(sent, 'userName'),
      password: fieldText(sent, 'password'),
      passphrase: fieldText(sent, 'passphrase'),
    };
    const found = faultsOf(request, fieldText(sent, 'passwordAgain'), fieldText(sent, 'passphraseAgain'));
    setFaults(found);
    if (Object.keys(found).length > 0) return;
    setUp.mutate(request, {
      onSuccess: () => signIn.mutate({ userName: request.userName, password: request.password }),
    });
  };

  return (
    <form className="stack" onSubmit={onSubmit} aria-label="Set up Tessera" noValidate>
      {refusal ? (
        <Callout state="failed" alert title="Not set up">
          {refusal.message}
        </Callout>
      ) : null}
      <TextField
        label="Administrator"
        name="userName"
        autoComplete="username"
        defaultValue="admin"
        error={shown.userName}
      />
      <TextField
        label="Password"
        name="password"
        type="password"
        autoComplete="new-password"
        error={shown.password}
        help="At least 8 characters."
      />
      <TextField
        label="Password again"
        name="passwordAgain"
        type="password"
        autoComplete="new-password"
        error={shown.passwordAgain}
      />
      <TextField
        label="Decryption passphrase"
        name="passphrase"
        type="password"
        autoComplete="off"
        error={shown.passphrase}
        help="Wraps the key that seals every secret. It cannot be recovered: write it down and keep it elsewhere."
      />
      <TextField
        label="Decryption passphrase again"
        name="passphraseAgain"
        type="password"
        autoComplete="off"
        error={shown.passphraseAgain}
      />
      <Callout state="attention" title="Where the key lies">
        {keyFile ? (
          <p>
            The unwrapped key also lies in <code>{keyFile}</code> (readable by its owner only), so that Tessera restarts
            unattended. With <code>TESSERA_UNLOCK=prompt</code> it is kept in memory only, and each restart waits for
            the passphrase.
          </p>
        ) : (
          <p>The key is kept in memory only: after each restart Tessera waits for the passphrase.</p>
        )}
      </Callout>
      <Button type="submit" look="primary" pending={pending}>
        {pending ? 'Setting up…' : 'Set up'}
      </Button>
    </form>
  );
}

function faultsOf(
  request: { userName: string; password: string; passphrase: string },
  passwordAgain: string,
  passphraseAgain: string,
): Record<string, string> {
  const parsed = SetUpRequest.safeParse(request);
  const faults = parsed.success ? {} : faultsByField(parsed.error);
  if (request.password !== passwordAgain) faults.passwordAgain = 'password: the two differ';
  if (request.passphrase !== passphraseAgain) faults.passphraseAgain = 'decryption passphrase: the two differ';
  return faults;
}
