'use client';

import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { cliTwins } from '#components/cli-twins.ts';
import { useTRPC } from '#components/live/trpc.ts';
import { Button } from '#components/ui/button.tsx';
import { CliLine } from '#components/ui/cli-line.tsx';
import { Dialog } from '#components/ui/dialog.tsx';
import { ErrorView } from '#components/ui/error-view.tsx';
import { count } from '#components/ui/format-time.ts';
import { TextField } from '#components/ui/text-field.tsx';
import { showToast } from '#components/ui/toast.tsx';
import type { AzView } from '#model/health.ts';

type SwitchAzProps = { az: AzView; power: 'on' | 'off'; onClose: () => void };

/** Switching an AZ off takes typing its name: it is the largest fault there is short of all of it. */
export function SwitchAz({ az, power, onClose }: SwitchAzProps) {
  const trpc = useTRPC();
  const [typed, setTyped] = useState('');
  const [reason, setReason] = useState('');
  const change = useMutation(
    trpc.infrastructure.setAzPower.mutationOptions({
      onSuccess: ({ taskId }) => {
        showToast('working', `Switch ${az.name} ${power}: task ${taskId}.`);
        onClose();
      },
    }),
  );
  const isSure = power === 'on' || typed === az.name;
  return (
    <Dialog
      title={`Switch ${az.name} ${power}?`}
      description={
        power === 'off'
          ? `All VMs in ${az.name} (${count(az.vms, 'instance')}) lose their power at once and none can be made there until it is switched on again. The platform is not told.`
          : `The VMs that the switch stopped start again, with the disks and addresses they had.`
      }
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Leave it</Button>
          <Button
            look={power === 'off' ? 'danger' : 'primary'}
            refusal={isSure ? null : `type ${az.name} first`}
            pending={change.isPending}
            onClick={() => change.mutate({ az: az.name, power, reason })}
          >
            Switch {power}
          </Button>
        </>
      }
    >
      {change.error ? <ErrorView what="Not switched." error={change.error} /> : null}
      {power === 'off' ? (
        <TextField
          label={`Type ${az.name} to confirm`}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          autoComplete="off"
          spellCheck={false}
        />
      ) : null}
      <TextField
        label="Reason, for the audit"
        value={reason}
        maxLength={500}
        onChange={(event) => setReason(event.target.value)}
      />
      <CliLine command={cliTwins.switchAz(az.name, power)} />
    </Dialog>
  );
}
