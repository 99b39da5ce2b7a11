'use client';

import { useMutation, useQuery } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { cliTwins } from '#components/cli-twins.ts';
import { links } from '#components/links.ts';
import { useStaleRefusal } from '#components/live/connection-banner.tsx';
import { useSession } from '#components/live/live-provider.tsx';
import { useTRPC } from '#components/live/trpc.ts';
import { Revert } from '#components/tiles/pending-panel.tsx';
import { Button, ButtonLink } from '#components/ui/button.tsx';
import { CliLine } from '#components/ui/cli-line.tsx';
import { DesktopNotice } from '#components/ui/desktop-notice.tsx';
import { Empty } from '#components/ui/empty.tsx';
import { ErrorView } from '#components/ui/error-view.tsx';
import { count } from '#components/ui/format-time.ts';
import { SkeletonRows } from '#components/ui/skeleton.tsx';
import type { PendingChange } from '#model/installation.ts';
import { DIRECTOR_SLUG, type ProductTile } from '#model/product.ts';
import { changeLines } from './change-lines.ts';
import { ReviewChecks } from './review-checks.tsx';
import { ReviewProduct } from './review-product.tsx';
import { ReviewTouches } from './review-touches.tsx';

export type Errands = Record<string, Record<string, boolean>>;

/** Review of pending changes: what, is it safe, what will it touch; nothing has run yet. */
export function ReviewPage() {
  const trpc = useTRPC();
  const pending = useQuery(trpc.installations.pending.queryOptions());
  const products = useQuery(trpc.products.list.queryOptions());
  if (pending.error)
    return (
      <ErrorView
        what="The pending changes could not be read."
        error={pending.error}
        onRetry={() => void pending.refetch()}
      />
    );
  if (!pending.data) return <SkeletonRows rows={8} label="Reading pending changes" />;
  const changes = pending.data.filter((change) => changeLines(change).length > 0 || change.action !== 'update');
  if (changes.length === 0) {
    return (
      <>
        <h1>Review pending changes</h1>
        <section className="card">
          <Empty
            sentence="Nothing is pending: what runs is what is configured."
            action={<ButtonLink href={links.products()}>Back to products</ButtonLink>}
            cli={cliTwins.pendingChanges()}
          />
        </section>
      </>
    );
  }
  return <Review changes={changes} tiles={products.data ?? []} />;
}

function Review({ changes, tiles }: { changes: PendingChange[]; tiles: ProductTile[] }) {
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  const [errands, setErrands] = useState<Errands>({});
  const running = tiles.filter((tile) => tile.state === 'applying');
  const busy = (guid: string) => running.some((tile) => tile.guid === guid);
  const chosen = changes.filter((change) => !left.has(change.guid) && !busy(change.guid));
  const toggle = (guid: string, on: boolean) =>
    setLeft((before) => {
      const after = new Set(before);
      if (on) after.delete(guid);
      else after.add(guid);
      return after;
    });
  const total = chosen.reduce((sum, change) => sum + changeLines(change).length, 0);
  return (
    <>
      <header className="head">
        <div>
          <h1>Review pending changes</h1>
          <p>
            {count(
              changes.reduce((sum, change) => sum + changeLines(change).length, 0),
              'change',
            )}{' '}
            in {count(changes.length, 'product')}. Nothing has run yet.
          </p>
        </div>
        <div className="actions">
          <Revert />
        </div>
      </header>
      <DesktopNotice what="The review" back={{ name: 'Products', href: links.products() }} />
      <div className="review desktop-only">
        <section className="stack" aria-labelledby="what">
          <h2 className="q" id="what">
            <b aria-hidden="true">1</b>What will change
          </h2>
          {changes.map((change) => (
            <ReviewProduct
              key={change.guid}
              change={change}
              chosen={chosen.includes(change)}
              applying={running.find((tile) => tile.guid === change.guid)?.installationId ?? null}
              errands={errands[change.guid] ?? {}}
              onChoose={(on) => toggle(change.guid, on)}
              onErrand={(name, on) =>
                setErrands((before) => ({ ...before, [change.guid]: { ...before[change.guid], [name]: on } }))
              }
            />
          ))}
          {changes.some((change) => change.slug === DIRECTOR_SLUG) ? null : (
            <p className="cap">BOSH Director: no changes.</p>
          )}
        </section>
        <ReviewChecks changes={chosen} />
        <ReviewTouches changes={chosen} />
      </div>
      <ApplyBar
        chosen={chosen}
        total={total}
        all={chosen.length === changes.length}
        errands={errands}
        runningId={running[0]?.installationId ?? null}
      />
    </>
  );
}

function ApplyBar({
  chosen,
  total,
  all,
  errands,
  runningId,
}: {
  chosen: PendingChange[];
  total: number;
  all: boolean;
  errands: Errands;
  runningId: number | null;
}) {
  const trpc = useTRPC();
  const router = useRouter();
  const { rights } = useSession();
  const stale = useStaleRefusal();
  const apply = useMutation(
    trpc.installations.request.mutationOptions({
      onSuccess: ({ installationId }) => router.push(links.installation(installationId)),
    }),
  );
  const blocked = chosen.filter((change) => change.errors.length > 0).map((change) => change.label);
  const refusal =
    stale ??
    (rights['apply-changes'] ? null : 'that takes the right to apply changes') ??
    (runningId === null ? null : `installation ${runningId} is running; wait for it or cancel it`) ??
    (chosen.length === 0 ? 'choose at least one product' : null) ??
    (blocked.length > 0 ? `${blocked.join(' and ')} needs values first` : null);
  const vms = chosen.reduce(
    (sum, change) =>
      sum + change.vms.create.length + change.vms.update.length + change.vms.recreate.length + change.vms.delete.length,
    0,
  );
  return (
    <div className="applybar desktop-only">
      <div>
        <strong>
          {count(total, 'change')}, {count(chosen.length, 'product')}, {count(vms, 'instance')}
        </strong>
        <span className="cap block">{refusal ? `Not now: ${refusal}.` : 'You can cancel after any step.'}</span>
      </div>
      <CliLine bare command={cliTwins.apply(all ? [] : chosen.map((change) => change.slug))} />
      {apply.error ? <ErrorView what="Not applied." error={apply.error} /> : null}
      <Button
        look="primary"
        className="tall"
        refusal={refusal}
        pending={apply.isPending || apply.isSuccess}
        onClick={() => apply.mutate({ guids: all ? 'all' : chosen.map((change) => change.guid), errands })}
      >
        {apply.isPending ? 'Asking…' : `Apply ${count(total, 'change')} to ${count(chosen.length, 'product')}`}
      </Button>
    </div>
  );
}
