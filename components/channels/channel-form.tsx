'use client';

import { useMutation } from '@tanstack/react-query';
import { useForm } from 'react-hook-form';
import { UnsavedGuard } from '#components/form/unsaved-guard.tsx';
import { useStaleRefusal } from '#components/live/connection-banner.tsx';
import { type Refusal, refusalOf } from '#components/live/refusal.ts';
import { useTRPC } from '#components/live/trpc.ts';
import { Button } from '#components/ui/button.tsx';
import { Callout } from '#components/ui/callout.tsx';
import { TextField } from '#components/ui/text-field.tsx';
import { showToast } from '#components/ui/toast.tsx';
import type { ChannelKind, ChannelView } from '#model/channel.ts';
import {
  type ChannelValues,
  channelOf,
  DEFAULT_PORTS,
  EMPTY,
  fieldOfRefusal,
  secretsOf,
  valuesOf,
} from './channel-values.ts';
import { KindFields } from './kind-fields.tsx';
import { KINDS } from './kind-words.ts';
import { RuleFields } from './rule-fields.tsx';

/** A new channel (`channel` null) or a change of one. Takes effect at once. */
export function ChannelEditor({ channel, onClose }: { channel: ChannelView | null; onClose: () => void }) {
  const trpc = useTRPC();
  const stale = useStaleRefusal();
  const form = useForm<ChannelValues>({ defaultValues: channel ? valuesOf(channel) : EMPTY, shouldFocusError: true });
  const { isDirty } = form.formState;
  const save = useMutation(
    trpc.channels.save.mutationOptions({
      onSuccess: () => {
        showToast('done', 'The channel is saved. Press Test to see that news arrives.');
        onClose();
      },
      onError: (error) => showAt(refusalOf(error).fields),
    }),
  );
  const refusal = save.error ? refusalOf(save.error) : null;

  function showAt(faults: Record<string, string>): void {
    for (const [name, message] of Object.entries(faults)) {
      // names of the server's fields are names of the form's
      form.setError(fieldOfRefusal(name) as keyof ChannelValues, { message });
    }
  }

  const submit = form.handleSubmit((values) => {
    const made = channelOf(values);
    if ('faults' in made) showAt(made.faults);
    else save.mutate({ id: channel?.id ?? null, channel: made.channel, secrets: secretsOf(values) });
  });
  const setAt = Object.fromEntries((channel?.secrets ?? []).map((secret) => [secret.field, secret.setAt]));

  return (
    <section className="card" aria-label={channel ? `Change ${channel.name}` : 'Add channel'}>
      <header>
        <h2 className="grow">{channel ? `Change ${channel.name}` : 'Add channel'}</h2>
      </header>
      <form onSubmit={submit} noValidate aria-label="Channel">
        <div className="pad channel-form fields">
          <Refused refusal={refusal} />
          <TextField
            {...form.register('name')}
            label="Name"
            error={form.formState.errors.name?.message}
            autoComplete="off"
            autoFocus
          />
          <div className="field plain">
            <label htmlFor="channel-kind">Kind</label>
            <select
              {...form.register('kind', {
                onChange: (event: { target: { value: ChannelKind } }) =>
                  form.setValue('port', DEFAULT_PORTS[event.target.value]),
              })}
              id="channel-kind"
              className="input"
            >
              {KINDS.map(({ kind, word }) => (
                <option key={kind} value={kind}>
                  {word}
                </option>
              ))}
            </select>
          </div>
          <KindFields form={form} setAt={setAt} />
          <RuleFields form={form} />
        </div>
        <footer className="savebar">
          <span className="muted">Takes effect at once.</span>
          <span className="push" />
          <Button look="ghost" onClick={onClose}>
            Back
          </Button>
          <Button type="submit" look="primary" pending={save.isPending} refusal={stale}>
            Save channel
          </Button>
        </footer>
      </form>
      <UnsavedGuard count={isDirty && !save.isSuccess ? 1 : 0} onSave={() => void submit()} onDiscard={onClose} />
    </section>
  );
}

/** What was refused and belongs to no field that is shown. */
function Refused({ refusal }: { refusal: Refusal | null }) {
  if (!refusal) return null;
  return (
    <Callout state="failed" title="Not saved" alert>
      {refusal.message}
    </Callout>
  );
}
