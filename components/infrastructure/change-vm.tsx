'use client';

import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { cliTwins } from '#components/cli-twins.ts';
import { refusalOf } from '#components/live/refusal.ts';
import { useTRPC } from '#components/live/trpc.ts';
import { Button } from '#components/ui/button.tsx';
import { CliLine } from '#components/ui/cli-line.tsx';
import { Dialog } from '#components/ui/dialog.tsx';
import { ErrorView } from '#components/ui/error-view.tsx';
import { showToast } from '#components/ui/toast.tsx';
import type { InstanceAction } from '#model/deployment.ts';
import type { InfrastructureVm } from '#model/infrastructure.ts';

const DEEDS: Record<InstanceAction, { name: string; what: string }> = {
  'power-off': {
    name: 'Power off',
    what: 'It loses its power at once, as when the plug is pulled: nothing is drained or saved. The platform is not told; its detector finds a dead VM and repairs it, unless resurrection is off.',
  },
  'power-on': { name: 'Power on', what: 'It starts with the disks and the address it had, and its jobs come up.' },
  restart: { name: 'Restart', what: 'Its jobs drain, stop and start again on the same VM.' },
  recreate: {
    name: 'Recreate',
    what: 'Its jobs drain, the VM is deleted and a new one made with the same name, address and disks.',
  },
  stop: { name: 'Stop', what: 'Its jobs drain and stop; the VM stays and is not repaired until it is started.' },
  start: { name: 'Start', what: 'Its jobs start, with the VM switched on if it is off.' },
};

type ChangeVmProps = { vm: InfrastructureVm; action: InstanceAction; onClose: () => void };

/** Asks once before a deed. Where a cluster would lose its quorum, the server says so, and only a tick makes it happen. */
export function ChangeVm({ vm, action, onClose }: ChangeVmProps) {
  const trpc = useTRPC();
  const [force, setForce] = useState(false);
  const deed = DEEDS[action];
  const change = useMutation(
    trpc.infrastructure.changeInstance.mutationOptions({
      onSuccess: ({ taskId }) => {
        showToast('working', `${deed.name} ${vm.name}: task ${taskId}.`);
        onClose();
      },
    }),
  );
  const needsForce = change.error !== null && refusalOf(change.error).code === 'quorum_at_risk';
  const instance = vm.instance?.id;
  return (
    <Dialog
      title={`${deed.name} ${vm.name}?`}
      description={deed.what}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Leave it</Button>
          <Button
            look={action === 'power-on' || action === 'start' ? 'primary' : 'danger'}
            refusal={needsForce && !force ? 'tick the box first' : null}
            pending={change.isPending}
            onClick={() => (instance ? change.mutate({ instance, action, force }) : undefined)}
          >
            {deed.name}
          </Button>
        </>
      }
    >
      <dl className="props">
        <dt>VM</dt>
        <dd className="mono">{vm.cid}</dd>
        <dt>Address</dt>
        <dd className="mono">{vm.address ?? '–'}</dd>
        <dt>Part of</dt>
        <dd>{vm.cluster ?? vm.deployment}</dd>
        <dt>AZ</dt>
        <dd>{vm.az}</dd>
      </dl>
      {change.error ? <ErrorView what={`${deed.name} was refused.`} error={change.error} /> : null}
      {needsForce ? (
        <label className="row">
          <input
            className="check"
            type="checkbox"
            checked={force}
            onChange={(event) => setForce(event.target.checked)}
          />
          Do it although the cluster's API stops
        </label>
      ) : null}
      <CliLine command={cliTwins.changeInstance(action, vm.deployment, vm.name)} />
    </Dialog>
  );
}
