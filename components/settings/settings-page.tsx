'use client';

import { useMutation, useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { cliTwins } from '#components/cli-twins.ts';
import { fieldText } from '#components/entry/field-text.ts';
import { useStaleRefusal } from '#components/live/connection-banner.tsx';
import { useSession } from '#components/live/live-provider.tsx';
import { refusalOf } from '#components/live/refusal.ts';
import { useTRPC } from '#components/live/trpc.ts';
import { StateBadge } from '#components/ui/badge.tsx';
import { Button } from '#components/ui/button.tsx';
import { Callout } from '#components/ui/callout.tsx';
import { Card } from '#components/ui/card.tsx';
import { CliLine } from '#components/ui/cli-line.tsx';
import { ErrorView } from '#components/ui/error-view.tsx';
import { SkeletonRows } from '#components/ui/skeleton.tsx';
import { TextField } from '#components/ui/text-field.tsx';
import { Ago } from '#components/ui/time.tsx';
import { showToast } from '#components/ui/toast.tsx';

/** Vault, passphrase, director and where things lie. Takes effect without Apply. */
export function SettingsPage() {
  const trpc = useTRPC();
  const about = useQuery(trpc.settings.about.queryOptions());
  const director = useQuery(trpc.settings.director.queryOptions());
  if (!about.data)
    return about.error ? (
      <ErrorView what="The settings could not be read." error={about.error} onRetry={() => void about.refetch()} />
    ) : (
      <SkeletonRows label="Reading settings" />
    );
  const { vaultOpen, keyFile } = about.data;
  return (
    <>
      <header className="head">
        <div>
          <h1>Settings</h1>
          <p>These take effect at once, without Apply.</p>
        </div>
      </header>
      <div className="split">
        <div className="stack">
          <Card
            title="Vault"
            aside={<StateBadge state={vaultOpen ? 'running' : 'attention'} word={vaultOpen ? 'Open' : 'Locked'} />}
          >
            <div className="pad stack">
              <p className="muted">
                {keyFile ? (
                  <>
                    Every secret is sealed with a key that the decryption passphrase wraps. The unwrapped key also lies
                    in <code>{keyFile}</code>, readable by its owner only, so that Tessera restarts unattended.
                  </>
                ) : (
                  'Every secret is sealed with a key that is kept in memory only: after a restart Tessera waits for the passphrase.'
                )}
              </p>
              {vaultOpen && keyFile !== null ? null : <Unlock />}
            </div>
          </Card>
          <ChangePassphrase />
        </div>
        <Card title="About">
          <dl className="props pad">
            <dt>Director</dt>
            <dd>
              <StateBadge
                state={director.data?.state === 'running' ? 'running' : 'failed'}
                word={director.data?.state === 'running' ? 'At work' : 'Not running'}
              />
            </dd>
            <dt>Director since</dt>
            <dd>{director.data?.since ? <Ago at={director.data.since} /> : '–'}</dd>
            <dt>Console since</dt>
            <dd>
              <Ago at={about.data.startedAt} />
            </dd>
            <dt>Infrastructure</dt>
            <dd>{about.data.cpi === 'container' ? 'container-backed VMs' : 'simulated (tests only)'}</dd>
            <dt>Installation</dt>
            <dd className="mono">{about.data.installation}</dd>
            <dt>VM network</dt>
            <dd className="mono">{about.data.subnet}</dd>
            <dt>State folder</dt>
            <dd className="mono">{about.data.state}</dd>
            <dt>Cache</dt>
            <dd className="mono">{about.data.cache}</dd>
            <dt>Console port</dt>
            <dd className="mono">{about.data.ports.console}</dd>
            <dt>Open event streams</dt>
            <dd>{about.data.streams}</dd>
          </dl>
        </Card>
      </div>
      <CliLine command={cliTwins.version()} />
    </>
  );
}

function Unlock() {
  const trpc = useTRPC();
  const unlock = useMutation(trpc.settings.unlock.mutationOptions());
  const onSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    unlock.mutate({ passphrase: fieldText(new FormData(event.currentTarget), 'passphrase') });
  };
  return (
    <form className="stack" onSubmit={onSubmit}>
      <TextField
        label="Decryption passphrase"
        name="passphrase"
        type="password"
        autoComplete="off"
        error={unlock.error ? refusalOf(unlock.error).message : undefined}
      />
      <div className="row">
        <Button type="submit" look="primary" pending={unlock.isPending}>
          Unlock
        </Button>
      </div>
    </form>
  );
}

function ChangePassphrase() {
  const trpc = useTRPC();
  const { rights } = useSession();
  const stale = useStaleRefusal();
  const [differ, setDiffer] = useState(false);
  const change = useMutation(trpc.settings.changePassphrase.mutationOptions());
  const refusal = change.error ? refusalOf(change.error) : null;
  const onSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    const sent = new FormData(form);
    const same = fieldText(sent, 'to') === fieldText(sent, 'again');
    setDiffer(!same);
    if (!same) return;
    const onSuccess = () => {
      form.reset();
      showToast('done', 'The decryption passphrase is changed.');
    };
    change.mutate({ from: fieldText(sent, 'from'), to: fieldText(sent, 'to') }, { onSuccess });
  };
  return (
    <Card title="Decryption passphrase">
      <form className="pad stack fields" onSubmit={onSubmit} aria-label="Change the decryption passphrase">
        {refusal && !refusal.fields.passphrase && !refusal.fields.to ? (
          <Callout state="failed" title="Not changed" alert>
            {refusal.message}
          </Callout>
        ) : null}
        <TextField
          label="Passphrase now"
          name="from"
          type="password"
          autoComplete="off"
          error={refusal?.fields.passphrase ? refusal.message : undefined}
        />
        <TextField
          label="New passphrase"
          name="to"
          type="password"
          autoComplete="off"
          error={refusal?.fields.to}
          help="It cannot be recovered: write it down and keep it elsewhere."
        />
        <TextField
          label="New passphrase again"
          name="again"
          type="password"
          autoComplete="off"
          error={differ ? 'the two differ' : undefined}
        />
        <div className="row">
          <Button
            type="submit"
            pending={change.isPending}
            refusal={stale ?? (rights['manage-settings'] ? null : 'that takes the group opsman.admin')}
          >
            Change passphrase
          </Button>
        </div>
      </form>
    </Card>
  );
}
