'use client';

import { useMutation, useQuery } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { links } from '#components/links.ts';
import { useStaleRefusal } from '#components/live/connection-banner.tsx';
import { useTRPC } from '#components/live/trpc.ts';
import { Button } from '#components/ui/button.tsx';
import { Callout } from '#components/ui/callout.tsx';
import { Card } from '#components/ui/card.tsx';
import { ErrorView } from '#components/ui/error-view.tsx';
import { count, formatBytes } from '#components/ui/format-time.ts';
import { SkeletonRows } from '#components/ui/skeleton.tsx';
import { showToast } from '#components/ui/toast.tsx';
import type { ProductFileReport } from '#model/product.ts';

/** Asks once before a product file that no known key signed is imported, and shows what would run as root. */
export function ConfirmImport({ upload }: { upload: string }) {
  const trpc = useTRPC();
  const report = useQuery(trpc.uploads.read.queryOptions({ upload }));
  if (report.error) return <ErrorView what="The upload could not be read." error={report.error} />;
  if (!report.data) return <SkeletonRows rows={6} label="Reading the upload" />;
  return <Report upload={upload} report={report.data} />;
}

function Report({ upload, report }: { upload: string; report: ProductFileReport }) {
  const trpc = useTRPC();
  const router = useRouter();
  const stale = useStaleRefusal();
  const [sure, setSure] = useState(false);
  const accept = useMutation(
    trpc.uploads.accept.mutationOptions({
      onSuccess: () => {
        showToast('done', `${report.label} ${report.version} is imported.`);
        router.push(links.products());
      },
    }),
  );
  const discard = useMutation(trpc.uploads.discard.mutationOptions({ onSuccess: () => router.push(links.products()) }));
  return (
    <>
      <header className="head">
        <div>
          <h1>
            Import {report.label} {report.version}
          </h1>
          <p>The file is received and checked. It is not imported yet.</p>
        </div>
      </header>
      <div className="split">
        <div className="stack">
          <Callout
            state="attention"
            title={report.signer ? `Signed by ${report.signer}` : 'Unsigned: no key known here signed this file.'}
          >
            <p>
              Jobs of a product run as root in its VMs. Import it only if you know where it comes from and its digest is
              the one its maker names.
            </p>
          </Callout>
          {accept.error ? <ErrorView what="Not imported." error={accept.error} /> : null}
          <Card
            title="Runs as root"
            aside={<span className="cap">{count(report.privilegedJobs.length, 'privileged job')}</span>}
          >
            <NameList names={report.privilegedJobs} none="No job asks for privileges." />
          </Card>
          <Card title="Scripts" aside={<span className="cap">{report.scripts.length}</span>}>
            <NameList names={report.scripts} none="No scripts." />
          </Card>
        </div>
        <Card
          title="The file"
          footer={
            <div className="stack small-gap">
              <label className="choice">
                <input
                  type="checkbox"
                  className="check"
                  checked={sure}
                  onChange={(event) => setSure(event.target.checked)}
                />
                I know where this file comes from
              </label>
              <div className="row">
                <Button
                  look="primary"
                  pending={accept.isPending || accept.isSuccess}
                  refusal={stale ?? (sure ? null : 'tick that you know where it comes from')}
                  onClick={() => accept.mutate({ upload })}
                >
                  Import
                </Button>
                <Button look="ghost" pending={discard.isPending} onClick={() => discard.mutate({ upload })}>
                  Discard
                </Button>
              </div>
            </div>
          }
        >
          <dl className="props pad">
            <dt>Product</dt>
            <dd className="mono">{report.slug}</dd>
            <dt>Version</dt>
            <dd>{report.version}</dd>
            <dt>Signer</dt>
            <dd>{report.signer ?? 'unsigned'}</dd>
            <dt>SHA-256</dt>
            <dd className="mono digest">{report.digest}</dd>
            <dt>Size</dt>
            <dd>{formatBytes(report.sizeBytes)}</dd>
            <dt>Members</dt>
            <dd>{report.members}</dd>
            <dt>Forms</dt>
            <dd>{report.forms.join(', ') || 'none'}</dd>
          </dl>
        </Card>
      </div>
    </>
  );
}

function NameList({ names, none }: { names: string[]; none: string }) {
  if (names.length === 0) return <p className="pad muted">{none}</p>;
  return (
    <ul className="list tight names-list">
      {names.map((name) => (
        <li key={name}>
          <span />
          <code>{name}</code>
          <span />
        </li>
      ))}
    </ul>
  );
}
