'use client';

import { Hammer, Play, RotateCw, Square } from 'lucide-react';
import { links } from '#components/links.ts';
import { asHeard } from '#components/live/use-unheard.ts';
import { StateBadge } from '#components/ui/badge.tsx';
import { Button } from '#components/ui/button.tsx';
import { CopyButton } from '#components/ui/copy-button.tsx';
import { formatKib } from '#components/ui/format-time.ts';
import { Link } from '#components/ui/link.tsx';
import { Ago } from '#components/ui/time.tsx';
import type { InstanceAction } from '#model/deployment.ts';
import { type InfrastructureVm, whyNot } from '#model/infrastructure.ts';
import { HEALTH_SHOWN, POWER_SHOWN, POWER_WORDS } from './vm-state.ts';

type VmRowProps = {
  vm: InfrastructureVm;
  noRight: string | null;
  unheard: boolean;
  onChange: (action: InstanceAction) => void;
};

/** One VM: what the infrastructure says, what the detector says, and what can be done. A card on a phone. */
export function VmRow({ vm, noRight, unheard, onChange }: VmRowProps) {
  const { instance } = vm;
  return (
    <tr>
      <th scope="row">
        {instance ? <Link href={links.processes(instance.id)}>{vm.name}</Link> : vm.name}
        {vm.taskId ? (
          <Link className="tag" href={links.task(vm.taskId)}>
            task {vm.taskId}
          </Link>
        ) : null}
      </th>
      <td data-name="Power">
        <StateBadge state={asHeard(POWER_SHOWN[vm.power], unheard)} word={POWER_WORDS[vm.power]} plain />
      </td>
      <td className="mono" data-name="Address">
        {vm.address ?? '–'}
      </td>
      <td data-name="Part of" className="part">
        {vm.cluster ? (
          <Link href={links.cluster(vm.cluster)}>{vm.cluster}</Link>
        ) : (
          <span title={vm.deployment}>{vm.deployment || '–'}</span>
        )}
      </td>
      <td data-name="CID" className="mono cid">
        <span>
          <span title={vm.cid}>{vm.cid}</span>
          <CopyButton text={vm.cid} label={`Copy CID of ${vm.name}`} iconOnly />
        </span>
      </td>
      <td data-name="Memory" className="num">
        {vm.memoryMib === null ? '–' : formatKib(vm.memoryMib * 1024)}
      </td>
      <td data-name="Age">{vm.createdAt ? <Ago at={vm.createdAt} suffix="" /> : '–'}</td>
      <td data-name="Detector">
        {instance ? (
          <StateBadge state={asHeard(HEALTH_SHOWN[instance.vmHealth], unheard)} word={instance.vmHealth} plain />
        ) : (
          <span className="cap">left over</span>
        )}
      </td>
      <td className="deeds">
        <Deed vm={vm} action="power-off" name="Power off" noRight={noRight} onChange={onChange} />
        <Deed vm={vm} action="power-on" name="Power on" noRight={noRight} onChange={onChange} />
        <Deed vm={vm} action="restart" name="Restart" noRight={noRight} onChange={onChange} />
        <Deed vm={vm} action="recreate" name="Recreate" noRight={noRight} onChange={onChange} />
      </td>
    </tr>
  );
}

const ICONS = { 'power-off': Square, 'power-on': Play, restart: RotateCw, recreate: Hammer } as const;

type DeedProps = {
  vm: InfrastructureVm;
  action: keyof typeof ICONS;
  name: string;
  noRight: string | null;
  onChange: (action: InstanceAction) => void;
};

function Deed({ vm, action, name, noRight, onChange }: DeedProps) {
  const Icon = ICONS[action];
  const label = `${name} ${vm.name}`;
  return (
    <Button
      small
      look={action === 'power-off' ? 'danger' : 'ghost'}
      className={action === 'power-off' ? 'icon power-off' : 'icon'}
      refusal={noRight ?? whyNot(vm, action)}
      title={label}
      onClick={() => onChange(action)}
    >
      <Icon className="i" aria-hidden="true" />
      <span className="sr">{label}</span>
    </Button>
  );
}
