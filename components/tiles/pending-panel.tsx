'use client';

import { useMutation, useQuery } from '@tanstack/react-query';
import { Undo2 } from 'lucide-react';
import { useState } from 'react';
import { changeLines } from '#components/apply/change-lines.ts';
import { links } from '#components/links.ts';
import { useStaleRefusal } from '#components/live/connection-banner.tsx';
import { useSession } from '#components/live/live-provider.tsx';
import { useTRPC } from '#components/live/trpc.ts';
import { Button, ButtonLink } from '#components/ui/button.tsx';
import { Callout } from '#components/ui/callout.tsx';
import { Card } from '#components/ui/card.tsx';
import { Empty } from '#components/ui/empty.tsx';
import { ErrorView } from '#components/ui/error-view.tsx';
import { count } from '#components/ui/format-time.ts';
import { SkeletonRows } from '#components/ui/skeleton.tsx';
import { ProductIcon } from './product-icon.tsx';

/** Lines of one product shown here; the review shows all. */
const LINES_MAX = 6;

/** What the next Apply would do, and what stops it. */
export function PendingPanel() {
  const trpc = useTRPC();
  const pending = useQuery(trpc.installations.pending.queryOptions());
  if (pending.error)
    return (
      <ErrorView
        what="The pending changes could not be read."
        error={pending.error}
        onRetry={() => void pending.refetch()}
      />
    );
  if (!pending.data) {
    return (
      <Card title="Pending changes">
        <SkeletonRows label="Reading pending changes" />
      </Card>
    );
  }
  const groups = pending.data.map((change) => ({ change, lines: changeLines(change) }));
  const total = groups.reduce((sum, group) => sum + group.lines.length, 0);
  if (total === 0) {
    return (
      <Card title="Pending changes" className="pending">
        <Empty sentence="Nothing is pending: what runs is what is configured." />
      </Card>
    );
  }
  const blocked = pending.data.filter((change) => change.errors.length > 0);
  return (
    <Card
      title="Pending changes"
      aside={<span className="cap">{`${total} in ${count(groups.length, 'product')}`}</span>}
      className="pending"
    >
      <ul className="list tight">
        {groups.map(({ change, lines }) => [
          <li key={change.guid} className="grp">
            <ProductIcon slug={change.slug} />
            <span>{change.label}</span>
            <span className="cap">{lines.length}</span>
          </li>,
          ...lines.slice(0, LINES_MAX).map((line) => (
            <li key={`${change.guid}-${line.key}`}>
              <span className="sign" data-state={line.state} aria-hidden="true">
                {line.sign}
              </span>
              <span className="clip" title={line.title}>
                {line.title}
              </span>
            </li>
          )),
          lines.length > LINES_MAX ? (
            <li key={`${change.guid}-more`} className="cap">
              <span />
              <span>and {lines.length - LINES_MAX} more</span>
            </li>
          ) : null,
        ])}
      </ul>
      <div className="pad stack pending-foot">
        {blocked.length > 0 ? (
          <Callout state="attention" title="Not ready:">
            {`${blocked.map((change) => `${change.label} needs ${count(change.errors.length, 'value')}`).join('; ')}.`}
          </Callout>
        ) : null}
        <ButtonLink look="primary" href={links.apply()}>
          Review {count(total, 'change')}
        </ButtonLink>
        <Revert />
      </div>
    </Card>
  );
}

/** Drops all staged changes back to what was last applied; asks once in place. */
export function Revert() {
  const trpc = useTRPC();
  const { rights } = useSession();
  const stale = useStaleRefusal();
  const [sure, setSure] = useState(false);
  const revert = useMutation(trpc.products.revert.mutationOptions({ onSettled: () => setSure(false) }));
  const refusal = stale ?? (rights['configure-product'] ? null : 'that takes the right to configure products');
  return (
    <>
      {sure ? (
        <Button look="danger" pending={revert.isPending} onClick={() => revert.mutate({})}>
          <Undo2 className="i" aria-hidden="true" />
          Drop all pending changes
        </Button>
      ) : (
        <Button look="ghost" refusal={refusal} onClick={() => setSure(true)}>
          <Undo2 className="i" aria-hidden="true" />
          Revert to last applied
        </Button>
      )}
      {revert.error ? <ErrorView what="Not reverted." error={revert.error} /> : null}
    </>
  );
}
