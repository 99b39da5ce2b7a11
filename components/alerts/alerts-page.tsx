'use client';

import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { cliTwins } from '#components/cli-twins.ts';
import { HealthTabs } from '#components/health/health-tabs.tsx';
import { links } from '#components/links.ts';
import { useTRPC } from '#components/live/trpc.ts';
import { Button, ButtonLink } from '#components/ui/button.tsx';
import { CliLine } from '#components/ui/cli-line.tsx';
import { Empty } from '#components/ui/empty.tsx';
import { ErrorView } from '#components/ui/error-view.tsx';
import { useNow } from '#components/ui/now.ts';
import { SkeletonRows } from '#components/ui/skeleton.tsx';
import type { AlertView } from '#model/alert.ts';
import { AlertCard } from './alert-card.tsx';
import { FEW_RESOLVED, groupAlerts, MOST_OPEN, verdictOf } from './alert-state.ts';

/** Resolved alerts read after "Show earlier". */
const MOST_RESOLVED = 200;
const TICK_MS = 5000;

/** What is wrong, who is on it, what was solved: the page of somebody on call. */
export function AlertsPage() {
  const trpc = useTRPC();
  const [earlier, setEarlier] = useState(false);
  const now = useNow(TICK_MS);
  const open = useQuery(trpc.alerts.list.queryOptions({ state: 'open', limit: MOST_OPEN }));
  const resolved = useQuery(
    trpc.alerts.list.queryOptions({ state: 'resolved', limit: earlier ? MOST_RESOLVED : FEW_RESOLVED }),
  );
  const channels = useQuery(trpc.channels.list.queryOptions());
  const groups = groupAlerts(open.data ?? [], resolved.data ?? [], now, earlier);
  return (
    <>
      <header className="head">
        <div>
          <h1>Alerts</h1>
          <p role="status">{open.data ? verdictOf(groups) : 'Reading alerts.'}</p>
        </div>
        <div className="actions desktop-only">
          <ButtonLink href={links.channels()}>Channels</ButtonLink>
        </div>
      </header>
      <HealthTabs />
      {channels.data?.length === 0 ? (
        <p className="cap">
          Nobody is told of alerts yet: there is no channel.{' '}
          <ButtonLink small look="ghost" href={links.channels()}>
            Add one
          </ButtonLink>
        </p>
      ) : null}
      {open.error ? (
        <ErrorView what="The open alerts could not be read." error={open.error} onRetry={() => void open.refetch()} />
      ) : null}
      {!open.data && !open.error ? <SkeletonRows label="Reading alerts" /> : null}
      {open.data && open.data.length === 0 ? (
        <section className="card">
          <Empty
            sentence="No open alert. When something breaks, it stands here within seconds."
            cli={cliTwins.alerts()}
          />
        </section>
      ) : null}
      {open.data && open.data.length >= MOST_OPEN ? (
        <p className="cap">The newest {MOST_OPEN} open alerts are shown; there are more.</p>
      ) : null}
      <Group title="Needs you" alerts={groups.needsYou} now={now} />
      <Group title="Being handled" alerts={groups.handled} now={now} />
      <Group title="Muted" alerts={groups.muted} now={now} />
      {resolved.error ? (
        <ErrorView
          what="Only the open alerts are shown: those that were solved could not be read."
          error={resolved.error}
          onRetry={() => void resolved.refetch()}
        />
      ) : null}
      <Group title={earlier ? 'Solved' : 'Solved in the last 24 hours'} alerts={groups.solved} now={now} />
      {!earlier && (resolved.data ?? []).length > groups.solved.length ? (
        <p>
          <Button onClick={() => setEarlier(true)}>Show earlier</Button>
        </p>
      ) : null}
      <CliLine command={cliTwins.alerts()} />
    </>
  );
}

function Group({ title, alerts, now }: { title: string; alerts: readonly AlertView[]; now: number }) {
  if (alerts.length === 0) return null;
  return (
    <section className="stack small-gap" aria-label={title}>
      <h2>{title}</h2>
      {alerts.map((alert) => (
        <AlertCard key={alert.id} alert={alert} now={now} />
      ))}
    </section>
  );
}
