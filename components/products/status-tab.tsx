'use client';

import { useQuery } from '@tanstack/react-query';
import { INSTANCE_SHOWN } from '#components/clusters/cluster-state.ts';
import { VmCard } from '#components/clusters/vm-card.tsx';
import { useTRPC } from '#components/live/trpc.ts';
import { StateBadge } from '#components/ui/badge.tsx';
import { Callout } from '#components/ui/callout.tsx';
import { Card } from '#components/ui/card.tsx';
import { CopyButton } from '#components/ui/copy-button.tsx';
import { Empty } from '#components/ui/empty.tsx';
import { ErrorView } from '#components/ui/error-view.tsx';
import { Meter } from '#components/ui/meter.tsx';
import { SkeletonRows } from '#components/ui/skeleton.tsx';
import { TableBox } from '#components/ui/table-box.tsx';
import { Ago } from '#components/ui/time.tsx';
import type { InstanceView } from '#model/deployment.ts';
import { instanceState } from '#model/instance-state.ts';
import { CONTAINER_SERVICE_SLUG, type ProductTile } from '#model/product.ts';
import { ProductFrame } from './product-frame.tsx';

/** VMs of a product: where they are, how they do, what runs in them. Live. */
export function StatusTab({ slug }: { slug: string }) {
  return (
    <ProductFrame slug={slug} tab="status">
      {(tile) => <Status tile={tile} />}
    </ProductFrame>
  );
}

function Status({ tile }: { tile: ProductTile }) {
  const trpc = useTRPC();
  const instances = useQuery(trpc.instances.list.queryOptions({ deployment: tile.guid }));
  if (instances.error)
    return (
      <ErrorView what="The VMs could not be read." error={instances.error} onRetry={() => void instances.refetch()} />
    );
  if (!instances.data) return <SkeletonRows label="Reading VMs" />;
  if (instances.data.length === 0) {
    return (
      <Card>
        <Empty
          sentence={
            tile.stemcell
              ? 'No VMs yet: they come up when the changes are applied.'
              : 'This product has no VMs of its own.'
          }
        />
      </Card>
    );
  }
  return (
    <>
      {tile.slug === CONTAINER_SERVICE_SLUG ? <DnsLines tile={tile} instances={instances.data} /> : null}
      <Card title="VMs" aside={<span className="cap">live</span>}>
        <TableBox label="VMs">
          <table className="table fleet-table vms">
            <thead>
              <tr>
                <th>Job</th>
                <th>State</th>
                <th>Address</th>
                <th>AZ</th>
                <th>VM</th>
                <th>Load</th>
                <th>CPU</th>
                <th>Memory</th>
                <th>System</th>
                <th>Ephemeral</th>
                <th>Persistent</th>
                <th>Heard</th>
              </tr>
            </thead>
            <tbody>
              {instances.data.map((instance) => (
                <VmRow key={instance.id} instance={instance} />
              ))}
            </tbody>
          </table>
        </TableBox>
      </Card>
      <section className="stack" aria-labelledby="processes">
        <h2 id="processes">Processes</h2>
        <div className="topo">
          {instances.data.map((instance) => (
            <VmCard key={instance.id} instance={instance} level={3} />
          ))}
        </div>
      </section>
    </>
  );
}

function VmRow({ instance }: { instance: InstanceView }) {
  const { vitals } = instance;
  return (
    <tr>
      <th scope="row">
        {instance.group}/{instance.index}
      </th>
      <td>
        <StateBadge state={INSTANCE_SHOWN[instanceState(instance)]} plain />
      </td>
      <td className="mono">{instance.address}</td>
      <td>{instance.az}</td>
      <td className="mono" title={instance.vmCid ?? undefined}>
        {instance.vmType} {instance.vmCid?.slice(0, 12) ?? '–'}
      </td>
      <td>{vitals?.load[2].toFixed(2) ?? '–'}</td>
      <td>
        <Meter percent={vitals?.cpuPercent ?? null} />
      </td>
      <td>
        <Meter percent={vitals?.memoryPercent ?? null} />
      </td>
      <td>
        <Meter percent={vitals?.disk.system ?? null} />
      </td>
      <td>
        <Meter percent={vitals?.disk.ephemeral ?? null} />
      </td>
      <td>
        <Meter percent={vitals?.disk.persistent ?? null} />
      </td>
      <td>{instance.lastHeardAt ? <Ago at={instance.lastHeardAt} /> : <span className="cap">never</span>}</td>
    </tr>
  );
}

/** The host name of the form must lead to the API VM; Tessera never edits a resolver unasked. */
function DnsLines({ tile, instances }: { tile: ProductTile; instances: InstanceView[] }) {
  const trpc = useTRPC();
  const form = tile.forms.find((mark) => /api/i.test(mark.name));
  const view = useQuery({
    ...trpc.products.form.queryOptions({ guid: tile.guid, form: form?.name ?? '' }),
    enabled: form !== undefined,
  });
  const deployed = view.data?.deployed ?? view.data?.values;
  const hostname = deployed?.['.properties.pks_api_hostname'];
  if (typeof hostname !== 'string' || hostname === '') return null;
  const lines = instances.map((instance) => `${instance.address} ${hostname}`).join('\n');
  return (
    <Callout state="attention" title="DNS record needed">
      <p>
        Point this name at the API VM, in your DNS or on this machine with <code>tessera hosts --write</code>:
      </p>
      <p className="cli">
        <code className="grow dns">{lines}</code>
        <CopyButton text={lines} label="Copy lines" iconOnly />
      </p>
    </Callout>
  );
}
