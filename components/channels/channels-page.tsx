'use client';

import { useMutation, useQuery } from '@tanstack/react-query';
import { Plus } from 'lucide-react';
import dynamic from 'next/dynamic';
import { useState } from 'react';
import { cliTwins } from '#components/cli-twins.ts';
import { links } from '#components/links.ts';
import { useStaleRefusal } from '#components/live/connection-banner.tsx';
import { useSession } from '#components/live/live-provider.tsx';
import { refusalOf } from '#components/live/refusal.ts';
import { useTRPC } from '#components/live/trpc.ts';
import { Button, ButtonLink } from '#components/ui/button.tsx';
import { CliLine } from '#components/ui/cli-line.tsx';
import { Empty } from '#components/ui/empty.tsx';
import { ErrorView } from '#components/ui/error-view.tsx';
import { count } from '#components/ui/format-time.ts';
import { SkeletonRows } from '#components/ui/skeleton.tsx';
import { showToast } from '#components/ui/toast.tsx';
import type { ChannelView } from '#model/channel.ts';
import { ChannelTable } from './channel-table.tsx';
import { ConsoleAddress } from './console-address.tsx';
import { DeliveryLog } from './delivery-log.tsx';
import { TestResult } from './test-result.tsx';

const ChannelEditor = dynamic(() => import('./channel-form.tsx').then((module) => module.ChannelEditor));
const RemoveChannel = dynamic(() => import('./remove-channel.tsx').then((module) => module.RemoveChannel));

type Open = { deed: 'edit'; channel: ChannelView | null } | { deed: 'remove'; channel: ChannelView } | null;

/** Who is told of alerts, and whether it arrived. */
export function ChannelsPage() {
  const trpc = useTRPC();
  const { rights } = useSession();
  const stale = useStaleRefusal();
  const [open, setOpen] = useState<Open>(null);
  const [tested, setTested] = useState<number | null>(null);
  const channels = useQuery(trpc.channels.list.queryOptions());
  const test = useMutation(
    trpc.channels.test.mutationOptions({
      onSuccess: (delivery) => setTested(delivery.id),
      onError: (error) => showToast('failed', refusalOf(error).message),
    }),
  );
  const refusal = stale ?? (rights['manage-settings'] ? null : 'that takes the group opsman.admin');
  const add = (
    <Button look="primary" refusal={refusal} onClick={() => setOpen({ deed: 'edit', channel: null })}>
      <Plus className="i" aria-hidden="true" />
      Add channel
    </Button>
  );
  const list = channels.data;
  return (
    <>
      <header className="head">
        <div>
          <h1>Channels</h1>
          <p>{list ? sumOf(list) : 'Who is told of alerts, and whether it arrived.'}</p>
        </div>
        <div className="actions">
          <ButtonLink href={links.alerts()}>Alerts</ButtonLink>
          {list && list.length > 0 && open?.deed !== 'edit' ? add : null}
        </div>
      </header>
      {channels.error ? (
        <ErrorView
          what="The channels could not be read."
          error={channels.error}
          onRetry={() => void channels.refetch()}
        />
      ) : null}
      {!list && !channels.error ? <SkeletonRows label="Reading channels" /> : null}
      {open?.deed === 'edit' ? (
        <ChannelEditor key={open.channel?.id ?? 'new'} channel={open.channel} onClose={() => setOpen(null)} />
      ) : null}
      {tested === null ? null : <TestResult deliveryId={tested} onClose={() => setTested(null)} />}
      {list?.length === 0 && open?.deed !== 'edit' ? (
        <section className="card">
          <Empty
            sentence="Nobody is told of alerts yet. Add e-mail, PagerDuty, a webhook or syslog; Test shows at once whether it works."
            action={add}
            cli={cliTwins.addChannel()}
          />
        </section>
      ) : null}
      {list && list.length > 0 ? (
        <ChannelTable
          channels={list}
          refusal={refusal}
          testing={test.isPending ? (test.variables?.id ?? null) : null}
          onTest={(channel) => test.mutate({ id: channel.id })}
          onEdit={(channel) => setOpen({ deed: 'edit', channel })}
          onRemove={(channel) => setOpen({ deed: 'remove', channel })}
        />
      ) : null}
      <DeliveryLog />
      <ConsoleAddress refusal={refusal} />
      {open?.deed === 'remove' ? <RemoveChannel channel={open.channel} onClose={() => setOpen(null)} /> : null}
      <CliLine command={cliTwins.channels()} />
    </>
  );
}

function sumOf(channels: readonly ChannelView[]): string {
  if (channels.length === 0) return 'Nobody is told of alerts yet.';
  const troubled = channels.filter((channel) => channel.enabled && channel.last && channel.last.state !== 'delivered');
  if (troubled.length === 0) return `${count(channels.length, 'channel')}. Nothing is held up.`;
  return `${count(channels.length, 'channel')}. News by ${troubled.map(({ name }) => name).join(', ')} does not arrive.`;
}
