'use client';

import { useQuery } from '@tanstack/react-query';
import { GitCompare } from 'lucide-react';
import { usePathname } from 'next/navigation';
import { AlertsChip } from '#components/alerts/alerts-chip.tsx';
import { DrillChip } from '#components/drills/drill-chip.tsx';
import { links } from '#components/links.ts';
import { ConnectionChip } from '#components/live/connection-banner.tsx';
import { useTRPC } from '#components/live/trpc.ts';
import { runHref } from '#components/tasks/run-href.ts';
import { Link } from '#components/ui/link.tsx';
import { StateShape } from '#components/ui/state-shape.tsx';
import { BrandMark } from './brand-mark.tsx';
import { crumbsOf } from './crumbs.ts';

/** Where am I, what runs, what waits to be applied, is this live. */
export function TopBar() {
  return (
    <header className="top">
      <Link className="phone-only brand-phone" href={links.products()} aria-label="Tessera">
        <BrandMark />
      </Link>
      <Crumbs />
      <span className="push" />
      <DrillChip />
      <RunningWork />
      <PendingChanges />
      <AlertsChip />
      <ConnectionChip />
    </header>
  );
}

function Crumbs() {
  const trpc = useTRPC();
  const products = useQuery(trpc.products.list.queryOptions());
  const labels = Object.fromEntries((products.data ?? []).map((tile) => [tile.slug, tile.label]));
  const crumbs = crumbsOf(usePathname(), labels);
  return (
    <nav className="crumbs" aria-label="Breadcrumb">
      {crumbs.map((crumb, index) =>
        crumb.href && index < crumbs.length - 1 ? (
          <Link key={crumb.name} href={crumb.href}>
            {crumb.name}
          </Link>
        ) : (
          <span key={crumb.name} aria-current="page" className="clip">
            {crumb.name}
          </span>
        ),
      )}
    </nav>
  );
}

function RunningWork() {
  const trpc = useTRPC();
  const { data: running = [] } = useQuery(
    trpc.tasks.list.queryOptions({ states: ['queued', 'running', 'cancelling'], limit: 50 }),
  );
  const [nearest] = running;
  if (!nearest) return null;
  return (
    <Link
      className="chip"
      data-state="working"
      href={running.length === 1 ? runHref(nearest) : links.activity()}
      title={nearest.description}
    >
      <StateShape state="working" />
      {running.length} running
    </Link>
  );
}

function PendingChanges() {
  const trpc = useTRPC();
  const { data: products = [] } = useQuery(trpc.products.list.queryOptions());
  const pending = products.reduce((sum, tile) => sum + tile.pendingCount, 0);
  if (pending === 0) return null;
  return (
    <Link className="chip" href={links.apply()} title="Review pending changes">
      <GitCompare className="i" aria-hidden="true" />
      <b>{pending}</b> pending
    </Link>
  );
}
