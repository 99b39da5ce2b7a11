'use client';

import { useMutation } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { refusalOf } from '#components/live/refusal.ts';
import { useTRPC } from '#components/live/trpc.ts';
import { Button } from '#components/ui/button.tsx';
import { Callout } from '#components/ui/callout.tsx';
import { Dialog } from '#components/ui/dialog.tsx';
import type { HealthOverview } from '#model/health.ts';

const ALL = '';

/** Asks for which deployment VMs that die shall stay dead. */
export function SwitchOff({ overview, onClose }: { overview: HealthOverview; onClose: () => void }) {
  const trpc = useTRPC();
  const id = useId();
  const [deployment, setDeployment] = useState(ALL);
  const set = useMutation(trpc.health.setResurrection.mutationOptions({ onSuccess: onClose }));
  const { resurrection, clusters } = overview;
  const on = clusters.filter((cluster) => !resurrection.off.includes(cluster.deployment));
  const switchOff = () =>
    set.mutate(
      deployment === ALL
        ? { ...resurrection, enabled: false }
        : { ...resurrection, off: [...resurrection.off, deployment] },
    );
  return (
    <Dialog
      title="Switch repair off"
      description="Failures are still noticed and told, but a VM that dies stays dead until somebody repairs it. The word “Resurrection off” stands on every page of what is concerned."
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Back</Button>
          <Button look="danger" pending={set.isPending} onClick={switchOff}>
            Switch off
          </Button>
        </>
      }
    >
      {set.error ? (
        <Callout state="failed" title="Not switched off" alert>
          {refusalOf(set.error).message}
        </Callout>
      ) : null}
      <div className="field plain">
        <label htmlFor={id}>For</label>
        <select id={id} className="input" value={deployment} onChange={(event) => setDeployment(event.target.value)}>
          <option value={ALL}>All deployments</option>
          {on.map((cluster) => (
            <option key={cluster.deployment} value={cluster.deployment}>
              Cluster {cluster.name}
            </option>
          ))}
        </select>
      </div>
    </Dialog>
  );
}
