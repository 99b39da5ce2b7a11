'use client';

import { useQuery } from '@tanstack/react-query';
import { ListFilter } from 'lucide-react';
import dynamic from 'next/dynamic';
import { useDeferredValue, useState } from 'react';
import { cliTwins } from '#components/cli-twins.ts';
import { HealthTabs } from '#components/health/health-tabs.tsx';
import { links } from '#components/links.ts';
import { useTRPC } from '#components/live/trpc.ts';
import { Callout } from '#components/ui/callout.tsx';
import { CliLine } from '#components/ui/cli-line.tsx';
import { Empty } from '#components/ui/empty.tsx';
import { ErrorView } from '#components/ui/error-view.tsx';
import { count } from '#components/ui/format-time.ts';
import { SkeletonRows } from '#components/ui/skeleton.tsx';
import { Ago } from '#components/ui/time.tsx';
import type { InstanceAction } from '#model/deployment.ts';
import type { AzView } from '#model/health.ts';
import type { InfrastructureView, InfrastructureVm } from '#model/infrastructure.ts';
import { AzVms } from './az-vms.tsx';
import { byAz, findVms } from './vm-state.ts';

const ChangeVm = dynamic(() => import('./change-vm.tsx').then((module) => module.ChangeVm));
const SwitchAz = dynamic(() => import('./switch-az.tsx').then((module) => module.SwitchAz));

type Open = { action: InstanceAction; vm: InfrastructureVm } | { az: AzView; power: 'on' | 'off' } | null;

/** Every VM as the infrastructure sees it, by AZ, with its switches: what an operator would do in the infrastructure's own tools. */
export function InfrastructurePage({ search: initial }: { search: string }) {
  const trpc = useTRPC();
  const infrastructure = useQuery(trpc.infrastructure.list.queryOptions());
  const [search, setSearch] = useState(initial);
  const [open, setOpen] = useState<Open>(null);
  const close = () => setOpen(null);
  const onSearch = (text: string) => {
    setSearch(text);
    // the address can be passed on; no navigation, so that typing stays quick
    window.history.replaceState(null, '', links.infrastructure(text === '' ? undefined : text));
  };
  const { data } = infrastructure;
  return (
    <>
      <header className="head">
        <div>
          <h1>Infrastructure</h1>
          <p>{data ? sumOf(data.vms, data.azs) : 'The VMs as the infrastructure sees them.'}</p>
        </div>
      </header>
      <HealthTabs />
      {infrastructure.error ? (
        <ErrorView
          what="The infrastructure could not be read."
          error={infrastructure.error}
          onRetry={() => void infrastructure.refetch()}
        />
      ) : null}
      {!data && !infrastructure.error ? <SkeletonRows label="Reading VMs" /> : null}
      {data ? (
        <>
          <Nature view={data} />
          <Vms
            view={data}
            search={search}
            onSearch={onSearch}
            onChange={(vm, action) => setOpen({ vm, action })}
            onSwitch={(az, power) => setOpen({ az, power })}
          />
          <CliLine command={cliTwins.vms()} />
        </>
      ) : null}
      {open && 'vm' in open ? <ChangeVm vm={open.vm} action={open.action} onClose={close} /> : null}
      {open && 'az' in open ? <SwitchAz az={open.az} power={open.power} onClose={close} /> : null}
    </>
  );
}

/** What these VMs are, and whether what is shown is from now. */
function Nature({ view }: { view: InfrastructureView }) {
  return (
    <>
      <p className="cap nature">
        {view.driver === 'simulated'
          ? 'These VMs are simulated: they exist in a file only, and run nothing.'
          : 'These are container-backed VMs: each is a privileged container of the engine on this machine. Power off is a power cut to it all the same.'}{' '}
        The platform is not told what is switched here. It finds out by itself, as with any fault.
      </p>
      {view.problem ? (
        <Callout state="attention" title="The infrastructure does not answer" alert>
          <p>{view.problem}</p>
          <p className="cap">
            Shown is what it said {view.heardAt ? <Ago at={view.heardAt} /> : 'before the director started'}.
          </p>
        </Callout>
      ) : null}
    </>
  );
}

type VmsProps = {
  view: InfrastructureView;
  search: string;
  onSearch: (text: string) => void;
  onChange: (vm: InfrastructureVm, action: InstanceAction) => void;
  onSwitch: (az: AzView, power: 'on' | 'off') => void;
};

function Vms({ view, search, onSearch, onChange, onSwitch }: VmsProps) {
  const wanted = useDeferredValue(search);
  const found = findVms(view.vms, wanted);
  if (view.vms.length === 0) {
    return (
      <section className="card">
        <Empty sentence="No VMs yet: they come with the first applied product or cluster." />
      </section>
    );
  }
  const azs = byAz(found, wanted.trim() === '' ? view.azs.map((az) => az.name) : []);
  return (
    <>
      <div className="row">
        <label className="filterbox vm-search">
          <ListFilter className="i" aria-hidden="true" />
          <span className="sr">Search VMs</span>
          <input
            value={search}
            placeholder="Address, name, CID, cluster"
            onChange={(event) => onSearch(event.target.value)}
          />
        </label>
        <span className="cap nowrap" role="status">
          {found.length} of {count(view.vms.length, 'VM')}
        </span>
      </div>
      {azs.map(({ az, vms }) => (
        <AzVms
          key={az}
          az={view.azs.find((one) => one.name === az) ?? unknownAz(az)}
          vms={vms}
          onChange={onChange}
          onSwitch={onSwitch}
        />
      ))}
    </>
  );
}

/** VMs of an AZ that the platform does not know (any more). */
const unknownAz = (name: string): AzView => ({
  name,
  state: 'up',
  since: null,
  reason: '',
  vms: 0,
  down: 0,
  power: null,
});

function sumOf(vms: InfrastructureVm[], azs: AzView[]): string {
  const off = vms.filter((vm) => vm.power !== 'on').length;
  const places = `${count(vms.length, 'VM')} in ${count(new Set([...azs.map((az) => az.name), ...vms.map((vm) => vm.az)]).size, 'AZ')}`;
  return off === 0 ? places : `${places}, ${off} without power`;
}
