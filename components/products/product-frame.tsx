'use client';

import { useMutation, useQuery } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { type ReactNode, useState } from 'react';
import { cliTwins } from '#components/cli-twins.ts';
import { links } from '#components/links.ts';
import { useStaleRefusal } from '#components/live/connection-banner.tsx';
import { useSession } from '#components/live/live-provider.tsx';
import { useTRPC } from '#components/live/trpc.ts';
import { TILE_SHOWN } from '#components/tiles/tile-state.ts';
import { StateBadge } from '#components/ui/badge.tsx';
import { Button, ButtonLink } from '#components/ui/button.tsx';
import { Callout } from '#components/ui/callout.tsx';
import { CliLine } from '#components/ui/cli-line.tsx';
import { ErrorView } from '#components/ui/error-view.tsx';
import { count } from '#components/ui/format-time.ts';
import { SkeletonRows } from '#components/ui/skeleton.tsx';
import { LinkTabs } from '#components/ui/tabs.tsx';
import { canProduct, type ProductTile } from '#model/product.ts';

export type ProductTab = 'settings' | 'status' | 'credentials';

/** Head and tabs of a product's pages; `children` draws the tab from its tile. */
export function ProductFrame({
  slug,
  tab,
  children,
}: {
  slug: string;
  tab: ProductTab;
  children: (tile: ProductTile) => ReactNode;
}) {
  const trpc = useTRPC();
  const products = useQuery(trpc.products.list.queryOptions());
  const tile = products.data?.find((candidate) => candidate.slug === slug);
  if (products.error)
    return (
      <ErrorView what="The product could not be read." error={products.error} onRetry={() => void products.refetch()} />
    );
  if (!products.data) return <SkeletonRows rows={8} label="Reading the product" />;
  if (!tile) {
    return (
      <Callout state="attention" title={`${slug} is not on the dashboard.`}>
        <p>It may have been deleted, or not added yet.</p>
        <p className="row">
          <ButtonLink small href={links.products()}>
            Back to products
          </ButtonLink>
        </p>
      </Callout>
    );
  }
  const shown = TILE_SHOWN[tile.state];
  return (
    <>
      <header className="head">
        <div>
          <h1 className="row title">
            {tile.label} <StateBadge state={shown.state} tone={shown.tone} word={shown.word} />
          </h1>
          <p>
            {tile.installedVersion === null
              ? `${tile.stagedVersion} staged, never applied`
              : `${tile.installedVersion} installed${tile.installedVersion === tile.stagedVersion ? '' : ` → ${tile.stagedVersion} staged`}`}{' '}
            · {tile.formsComplete} of {count(tile.forms.length, 'form')} complete
          </p>
        </div>
        <div className="actions">
          <RemoveProduct tile={tile} />
          {tile.pendingCount > 0 ? (
            <ButtonLink href={links.apply()}>Review {count(tile.pendingCount, 'change')}</ButtonLink>
          ) : null}
        </div>
      </header>
      <LinkTabs
        label={tile.label}
        tabs={[
          { name: 'Settings', href: links.product(slug), current: tab === 'settings' },
          { name: 'Status', href: links.productStatus(slug), current: tab === 'status' },
          { name: 'Credentials', href: links.productCredentials(slug), current: tab === 'credentials' },
        ]}
      />
      {children(tile)}
      <CliLine command={TWINS[tab](tile)} />
    </>
  );
}

const TWINS = {
  settings: (tile) => cliTwins.configureProduct(tile.slug),
  status: (tile) => cliTwins.deployedStatus(tile.guid),
  credentials: (tile) => cliTwins.credentialReferences(tile.slug),
} as const satisfies Record<ProductTab, (tile: ProductTile) => string>;

/** Takes the product off the dashboard: at once when it was never applied, else with the next apply. */
function RemoveProduct({ tile }: { tile: ProductTile }) {
  const trpc = useTRPC();
  const router = useRouter();
  const { rights } = useSession();
  const stale = useStaleRefusal();
  const [sure, setSure] = useState(false);
  const unstage = useMutation(
    trpc.products.unstage.mutationOptions({
      onSuccess: ({ removed }) => {
        setSure(false);
        if (removed) router.push(links.products());
      },
    }),
  );
  const revert = useMutation(trpc.products.revert.mutationOptions());
  const refusal = stale ?? (rights['configure-product'] ? null : 'that takes the right to configure products');
  if (canProduct.restore(tile.state)) {
    return (
      <Button refusal={refusal} pending={revert.isPending} onClick={() => revert.mutate({ guid: tile.guid })}>
        Keep it after all
      </Button>
    );
  }
  if (!canProduct.unstage(tile.state, tile.slug)) return null;
  const error = unstage.error ?? revert.error;
  return (
    <>
      {error ? <ErrorView what="Not deleted." error={error} /> : null}
      {sure ? (
        <Button look="danger" pending={unstage.isPending} onClick={() => unstage.mutate({ guid: tile.guid })}>
          {tile.installedVersion === null ? 'Delete it and its values' : 'Delete it with the next apply'}
        </Button>
      ) : (
        <Button look="ghost" refusal={refusal} onClick={() => setSure(true)}>
          Delete…
        </Button>
      )}
    </>
  );
}
