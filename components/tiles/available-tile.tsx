'use client';

import { useMutation } from '@tanstack/react-query';
import { Plus, Upload as UploadIcon } from 'lucide-react';
import { useStaleRefusal } from '#components/live/connection-banner.tsx';
import { useSession } from '#components/live/live-provider.tsx';
import { refusalOf } from '#components/live/refusal.ts';
import { useTRPC } from '#components/live/trpc.ts';
import { useImport } from '#components/products/product-drop.tsx';
import { StateBadge } from '#components/ui/badge.tsx';
import { Button } from '#components/ui/button.tsx';
import { Callout } from '#components/ui/callout.tsx';
import { formatBytes } from '#components/ui/format-time.ts';
import { ProgressBar } from '#components/ui/meter.tsx';
import { Ago } from '#components/ui/time.tsx';
import type { AvailableProduct } from '#model/product.ts';
import { ProductIcon } from './product-icon.tsx';

/** An imported product file that is not on the dashboard; `other` is the version of it that is. */
export function AvailableTile({ product, other }: { product: AvailableProduct; other: string | null }) {
  const trpc = useTRPC();
  const { rights } = useSession();
  const stale = useStaleRefusal();
  const stage = useMutation(trpc.products.stage.mutationOptions());
  const file = { slug: product.slug, productVersion: product.version };
  return (
    <article className="tile dashed" aria-label={`${product.label} ${product.version}`}>
      <h3 className="title">
        <ProductIcon slug={product.slug} />
        <span className="clip">{product.label}</span>
        <StateBadge state="unset" word={other ? `${other} is on the dashboard` : 'Not added'} />
      </h3>
      <p className="muted sub">
        {product.version} · imported <Ago at={product.importedAt} />, {formatBytes(product.sizeBytes)}
      </p>
      <p className="row wrap sub">
        <span className="tag">{product.signer ? `signed by ${product.signer}` : 'unsigned'}</span>
        <span className="tag mono" title={`SHA-256 ${product.digest}`}>
          {product.digest.slice(0, 12)}
        </span>
      </p>
      {stage.error ? (
        <p className="fault sub" data-state="failed">
          {refusalOf(stage.error).message}
        </p>
      ) : null}
      <p className="foot end">
        <Button
          small
          refusal={stale ?? (rights['configure-product'] ? null : 'that takes the right to configure products')}
          pending={stage.isPending}
          onClick={() => stage.mutate(file)}
        >
          <Plus className="i" aria-hidden="true" />
          {other ? `Stage ${product.version}` : 'Add'}
          <span className="sr"> {product.label}</span>
        </Button>
      </p>
    </article>
  );
}

/** The file that is being sent now. */
export function UploadTile() {
  const { upload } = useImport();
  if (!upload) return null;
  const seconds = Math.max(0.1, (performance.now() - upload.startedAt) / 1000);
  const rate = upload.sentBytes / seconds;
  const left = rate > 0 ? Math.ceil((upload.totalBytes - upload.sentBytes) / rate) : null;
  const sent = upload.sentBytes >= upload.totalBytes;
  return (
    <article className="tile dashed" aria-label={`Importing ${upload.name}`}>
      <h3 className="title">
        <UploadIcon className="i" aria-hidden="true" />
        <span className="clip">{upload.name}</span>
        <StateBadge state="working" word={sent ? 'Checking' : 'Uploading'} />
      </h3>
      <ProgressBar
        percent={sent ? null : (upload.sentBytes / upload.totalBytes) * 100}
        label={`Upload of ${upload.name}`}
      />
      <p className="cap">
        {sent
          ? 'Checking sums, scripts and blueprints'
          : `${formatBytes(upload.sentBytes)} of ${formatBytes(upload.totalBytes)} · ${formatBytes(rate)}/s${left === null ? '' : ` · ${left} s left`}`}
      </p>
      <p className="foot end">
        <Button small look="ghost" onClick={upload.abort}>
          Cancel
        </Button>
      </p>
    </article>
  );
}

/** Where to drop; the whole window takes files too. */
export function DropTile() {
  const { pick, noRight, refusal } = useImport();
  return (
    <>
      {refusal && refusal.code !== 'cancelled' ? (
        <Callout state="failed" title="Not imported" alert>
          <p>{refusal.message}</p>
          <p className="cap">{refusal.remedy}</p>
        </Callout>
      ) : null}
      <button
        type="button"
        className="drop"
        onClick={noRight ? undefined : pick}
        aria-disabled={noRight ? true : undefined}
        title={noRight ?? undefined}
      >
        <UploadIcon className="i" aria-hidden="true" />
        <strong>Drop a product file anywhere</strong>
        <span className="cap">.tessera or .pivotal, checked on arrival</span>
      </button>
    </>
  );
}
