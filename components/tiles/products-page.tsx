'use client';

import { useQuery } from '@tanstack/react-query';
import { Upload } from 'lucide-react';
import { cliTwins } from '#components/cli-twins.ts';
import { useStaleRefusal } from '#components/live/connection-banner.tsx';
import { useTRPC } from '#components/live/trpc.ts';
import { useImport } from '#components/products/product-drop.tsx';
import { Button } from '#components/ui/button.tsx';
import { CliLine } from '#components/ui/cli-line.tsx';
import { ErrorView } from '#components/ui/error-view.tsx';
import { SkeletonRows } from '#components/ui/skeleton.tsx';
import type { ProductTile as Tile } from '#model/product.ts';
import { AvailableTile, DropTile, UploadTile } from './available-tile.tsx';
import { PendingPanel } from './pending-panel.tsx';
import { ProductTile } from './product-tile.tsx';
import { StemcellCard } from './stemcell-card.tsx';

/** The dashboard: tiles, what can be added, what is pending. */
export function ProductsPage() {
  const trpc = useTRPC();
  const products = useQuery(trpc.products.list.queryOptions());
  const available = useQuery(trpc.products.available.queryOptions());
  const { pick, noRight } = useImport();
  const stale = useStaleRefusal();
  return (
    <>
      <header className="head">
        <div>
          <h1>Products</h1>
          <p>{products.data ? sumOf(products.data) : 'Tiles of this installation'}</p>
        </div>
        <div className="actions">
          <Button refusal={noRight ?? stale} onClick={pick}>
            <Upload className="i" aria-hidden="true" />
            Import a product
          </Button>
        </div>
      </header>
      <div className="split">
        <div className="stack wide-gap">
          <StemcellCard />
          {products.error ? (
            <ErrorView
              what="The products could not be read."
              error={products.error}
              onRetry={() => void products.refetch()}
            />
          ) : null}
          {!products.data && !products.error ? <SkeletonRows rows={6} label="Reading products" /> : null}
          <section className="tiles" aria-label="Products on the dashboard">
            {(products.data ?? []).map((tile) => (
              <ProductTile key={tile.guid} tile={tile} />
            ))}
          </section>
          {products.data?.every((tile) => tile.appliedAt === null) ? <FirstSteps /> : null}
          <section className="stack small-gap" aria-labelledby="available">
            <h2 id="available">Available to add</h2>
            {available.error ? (
              <ErrorView
                what="The imported products could not be read."
                error={available.error}
                onRetry={() => void available.refetch()}
              />
            ) : null}
            <div className="tiles">
              {(available.data ?? [])
                .filter((product) => !product.staged)
                .map((product) => (
                  <AvailableTile
                    key={`${product.slug}-${product.version}`}
                    product={product}
                    other={products.data?.find((tile) => tile.slug === product.slug)?.stagedVersion ?? null}
                  />
                ))}
              <UploadTile />
              <DropTile />
            </div>
          </section>
        </div>
        <aside className="sticky">
          <PendingPanel />
        </aside>
      </div>
      <CliLine command={cliTwins.pendingChanges()} />
    </>
  );
}

/** Before anything was applied: the way to the first cluster. */
function FirstSteps() {
  return (
    <section className="card" aria-labelledby="first-steps">
      <header>
        <h2 id="first-steps">Three steps to the first cluster</h2>
      </header>
      <ol className="list">
        <li>
          <b className="cap">1</b>
          <span>Fill in what the tile of the Container Service asks for; sensible defaults stand already.</span>
        </li>
        <li>
          <b className="cap">2</b>
          <span>Review the pending changes and apply them: real VMs come up.</span>
        </li>
        <li>
          <b className="cap">3</b>
          <span>Create a cluster from a plan, download its kubeconfig, use kubectl.</span>
        </li>
      </ol>
    </section>
  );
}

function sumOf(tiles: Tile[]): string {
  const installed = tiles.filter((tile) => tile.installedVersion !== null).length;
  const need = tiles.filter((tile) => ['not_configured', 'attention', 'failed'].includes(tile.state)).length;
  return `${installed} of ${tiles.length} installed on container-backed VMs${need > 0 ? ` · ${need} need you` : ''}`;
}
