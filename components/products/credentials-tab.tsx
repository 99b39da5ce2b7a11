'use client';

import { useMutation, useQuery } from '@tanstack/react-query';
import { Eye, EyeOff } from 'lucide-react';
import { useSession } from '#components/live/live-provider.tsx';
import { useTRPC } from '#components/live/trpc.ts';
import { Button } from '#components/ui/button.tsx';
import { Card } from '#components/ui/card.tsx';
import { CopyButton } from '#components/ui/copy-button.tsx';
import { Empty } from '#components/ui/empty.tsx';
import { ErrorView } from '#components/ui/error-view.tsx';
import { SkeletonRows } from '#components/ui/skeleton.tsx';
import { TableBox } from '#components/ui/table-box.tsx';
import { Ago } from '#components/ui/time.tsx';
import type { ProductTile } from '#model/product.ts';
import { ProductFrame } from './product-frame.tsx';

/** Credentials of a product; showing one is recorded under the reader's name. */
export function CredentialsTab({ slug }: { slug: string }) {
  return (
    <ProductFrame slug={slug} tab="credentials">
      {(tile) => <Credentials tile={tile} />}
    </ProductFrame>
  );
}

function Credentials({ tile }: { tile: ProductTile }) {
  const trpc = useTRPC();
  const { rights } = useSession();
  const list = useQuery({
    ...trpc.products.credentials.queryOptions({ guid: tile.guid }),
    enabled: rights['read-credential'],
  });
  if (!rights['read-credential']) {
    return (
      <Card>
        <Empty sentence="Your groups do not include reading credentials." />
      </Card>
    );
  }
  if (list.error)
    return (
      <ErrorView what="The credentials could not be read." error={list.error} onRetry={() => void list.refetch()} />
    );
  if (!list.data) return <SkeletonRows label="Reading credentials" />;
  return (
    <Card title="Credentials" aside={<span className="cap">each reveal is recorded under your name</span>}>
      {list.data.length === 0 ? <Empty sentence="No credentials are set." /> : null}
      <TableBox label="Credentials">
        <table className="table fleet-table">
          <thead>
            <tr>
              <th>Name</th>
              <th>Job</th>
              <th>Reference</th>
              <th>Set</th>
              <th>Value</th>
            </tr>
          </thead>
          <tbody>
            {list.data.map((credential) => (
              <tr key={credential.reference}>
                <th scope="row">{credential.name}</th>
                <td>{credential.job}</td>
                <td className="mono">{credential.reference}</td>
                <td>{credential.setAt ? <Ago at={credential.setAt} /> : '–'}</td>
                <td className="value">
                  <Reveal guid={tile.guid} reference={credential.reference} name={credential.name} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </TableBox>
    </Card>
  );
}

/** The value lives in this component only and goes with it: not in the query cache, not in the address. */
function Reveal({ guid, reference, name }: { guid: string; reference: string; name: string }) {
  const trpc = useTRPC();
  const reveal = useMutation({ ...trpc.products.revealCredential.mutationOptions(), gcTime: 0 });
  if (reveal.error) return <ErrorView what="Not shown." error={reveal.error} />;
  if (!reveal.data) {
    return (
      <Button small pending={reveal.isPending} onClick={() => reveal.mutate({ guid, reference })}>
        <Eye className="i" aria-hidden="true" />
        Reveal<span className="sr"> {name}</span>
      </Button>
    );
  }
  return (
    <dl className="revealed">
      {Object.entries(reveal.data.value).map(([leaf, value]) => (
        <div key={leaf}>
          <dt className="cap">{leaf}</dt>
          <dd>
            <code>{value}</code>
            <CopyButton text={value} label={`Copy ${leaf} of ${name}`} iconOnly />
          </dd>
        </div>
      ))}
      <Button small look="ghost" onClick={() => reveal.reset()}>
        <EyeOff className="i" aria-hidden="true" />
        Hide<span className="sr"> {name}</span>
      </Button>
    </dl>
  );
}
