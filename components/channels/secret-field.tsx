'use client';

import type { UseFormReturn } from 'react-hook-form';
import { TextField } from '#components/ui/text-field.tsx';
import { Ago } from '#components/ui/time.tsx';
import type { ChannelValues } from './channel-values.ts';

export type ChannelForm = UseFormReturn<ChannelValues>;

/** A secret: written only. Left blank, the one that is set stays. */
export function SecretField({
  form,
  name,
  label,
  setAt,
  help,
}: {
  form: ChannelForm;
  name: 'password' | 'routingKey' | 'signingKey' | 'token';
  label: string;
  setAt: string | undefined;
  help?: string;
}) {
  return (
    <TextField
      {...form.register(name)}
      type="password"
      autoComplete="new-password"
      label={label}
      error={form.formState.errors[name]?.message}
      help={
        <>
          {help}
          {setAt ? (
            <>
              {' '}
              Set <Ago at={setAt} />; leave blank to keep it.
            </>
          ) : null}
        </>
      }
    />
  );
}
