'use client';

import { Power } from 'lucide-react';
import { asHeard, useUnheard } from '#components/live/use-unheard.ts';
import { StateBadge } from '#components/ui/badge.tsx';
import { Button } from '#components/ui/button.tsx';
import { count } from '#components/ui/format-time.ts';
import type { UiState } from '#components/ui/state-shape.tsx';
import { TableBox } from '#components/ui/table-box.tsx';
import type { InstanceAction } from '#model/deployment.ts';
import type { AzState, AzView } from '#model/health.ts';
import type { InfrastructureVm } from '#model/infrastructure.ts';
import { useInfrastructureRefusal } from './use-infrastructure-refusal.ts';
import { VmRow } from './vm-row.tsx';

const AZ_SHOWN = { up: 'running', degraded: 'attention', down: 'failed' } as const satisfies Record<AzState, UiState>;
const AZ_WORDS = { up: 'Up', degraded: 'Degraded', down: 'Down' } as const satisfies Record<AzState, string>;

type AzVmsProps = {
  az: AzView;
  vms: InfrastructureVm[];
  onChange: (vm: InfrastructureVm, action: InstanceAction) => void;
  onSwitch: (az: AzView, power: 'on' | 'off') => void;
};

/** One AZ: its state, its switch and its VMs. */
export function AzVms({ az, vms, onChange, onSwitch }: AzVmsProps) {
  const unheard = useUnheard();
  const noRight = useInfrastructureRefusal();
  const isOff = az.power === 'off';
  const noSwitch = az.power === null ? 'the infrastructure has not told of a switch for this AZ' : null;
  return (
    <section className="card az-vms" aria-label={az.name}>
      <header>
        <h2>{az.name}</h2>
        <StateBadge state={asHeard(AZ_SHOWN[az.state], unheard)} word={unheard ? 'Unknown' : AZ_WORDS[az.state]} />
        <span className="cap grow az-says">
          {isOff ? 'Switched off. ' : ''}
          {sumOf(vms)}
          {az.reason && az.state !== 'up' ? ` · ${az.reason}` : ''}
        </span>
        <Button
          small
          look={isOff ? 'default' : 'danger'}
          refusal={noRight ?? noSwitch}
          onClick={() => onSwitch(az, isOff ? 'on' : 'off')}
        >
          <Power className="i" aria-hidden="true" />
          Switch {az.name} {isOff ? 'on' : 'off'}
        </Button>
      </header>
      {vms.length === 0 ? (
        <p className="pad cap">No VM here.</p>
      ) : (
        <TableBox label={`VMs in ${az.name}`}>
          <table className="table infra">
            <thead>
              <tr>
                <th>VM</th>
                <th>Power</th>
                <th>Address</th>
                <th>Part of</th>
                <th>CID</th>
                <th className="num">Memory</th>
                <th>Age</th>
                <th>Detector</th>
                <th>
                  <span className="sr">Deeds</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {vms.map((vm) => (
                <VmRow
                  key={vm.cid}
                  vm={vm}
                  noRight={noRight}
                  unheard={unheard}
                  onChange={(action) => onChange(vm, action)}
                />
              ))}
            </tbody>
          </table>
        </TableBox>
      )}
    </section>
  );
}

function sumOf(vms: InfrastructureVm[]): string {
  const off = vms.filter((vm) => vm.power !== 'on').length;
  return off === 0 ? count(vms.length, 'VM') : `${count(vms.length, 'VM')}, ${off} without power`;
}
