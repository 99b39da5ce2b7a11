'use client';

import { useMutation } from '@tanstack/react-query';
import dynamic from 'next/dynamic';
import { useState } from 'react';
import { useStaleRefusal } from '#components/live/connection-banner.tsx';
import { useSession } from '#components/live/live-provider.tsx';
import { refusalOf } from '#components/live/refusal.ts';
import { useTRPC } from '#components/live/trpc.ts';
import { Button } from '#components/ui/button.tsx';
import { StateShape } from '#components/ui/state-shape.tsx';
import { showToast } from '#components/ui/toast.tsx';
import type { HealthOverview, Resurrection } from '#model/health.ts';
import { ruleWords } from './meltdown-words.ts';

const SwitchOff = dynamic(() => import('./switch-off.tsx').then((module) => module.SwitchOff));
const MeltdownForm = dynamic(() => import('./meltdown-form.tsx').then((module) => module.MeltdownForm));

/** Whether dead VMs are replaced by themselves, where not, and when repair slows down. */
export function RepairCard({ overview }: { overview: HealthOverview }) {
  const { rights } = useSession();
  const stale = useStaleRefusal();
  const [open, setOpen] = useState<'off' | 'meltdown' | null>(null);
  const trpc = useTRPC();
  const set = useMutation(
    trpc.health.setResurrection.mutationOptions({
      onError: (error) => showToast('failed', refusalOf(error).message),
    }),
  );
  const { resurrection, meltdownSettings } = overview;
  const refusal = stale ?? (rights.repair ? null : 'that takes one of the groups that may apply changes');
  const save = (next: Resurrection) => set.mutate(next);
  return (
    <section id="repair" className="card" aria-label="Repair">
      <header>
        <h2 className="grow">Repair</h2>
        <span className="badge" data-state={resurrection.enabled ? 'running' : 'attention'}>
          <StateShape state={resurrection.enabled ? 'running' : 'attention'} />
          {resurrection.enabled ? 'On' : 'Off'}
        </span>
      </header>
      <div className="pad stack small-gap">
        <p className="muted">VMs that die are recreated with their name, address and disks.</p>
        <div className="row wrap">
          {resurrection.enabled ? (
            <Button small refusal={refusal} onClick={() => setOpen('off')}>
              Switch off…
            </Button>
          ) : (
            <Button
              small
              look="primary"
              refusal={refusal}
              pending={set.isPending}
              onClick={() => save({ ...resurrection, enabled: true })}
            >
              Switch on
            </Button>
          )}
        </div>
        {resurrection.off.length > 0 ? (
          <ul className="off-list" aria-label="Switched off for">
            {resurrection.off.map((deployment) => (
              <li key={deployment} className="row">
                <span className="clip grow" title={deployment}>
                  off for {nameOf(overview, deployment)}
                </span>
                <Button
                  small
                  refusal={refusal}
                  pending={set.isPending}
                  onClick={() => save({ ...resurrection, off: resurrection.off.filter((one) => one !== deployment) })}
                >
                  Switch on<span className="sr"> for {nameOf(overview, deployment)}</span>
                </Button>
              </li>
            ))}
          </ul>
        ) : null}
      </div>
      <footer className="stack small-gap">
        <h3>Meltdown guard</h3>
        <dl className="props">
          <dt>Fleet</dt>
          <dd>{ruleWords(meltdownSettings.fleet)}</dd>
          <dt>AZ or group</dt>
          <dd>{ruleWords(meltdownSettings.group)}</dd>
          <dt>Repairs at once</dt>
          <dd>
            {meltdownSettings.repairsAtOnce}, then {meltdownSettings.repairsInMeltdown}
          </dd>
        </dl>
        <div className="row">
          <Button
            small
            refusal={stale ?? (rights['manage-settings'] ? null : 'that takes the group opsman.admin')}
            onClick={() => setOpen('meltdown')}
          >
            Thresholds…
          </Button>
        </div>
      </footer>
      {open === 'off' ? <SwitchOff overview={overview} onClose={() => setOpen(null)} /> : null}
      {open === 'meltdown' ? <MeltdownForm settings={meltdownSettings} onClose={() => setOpen(null)} /> : null}
    </section>
  );
}

const nameOf = ({ clusters }: HealthOverview, deployment: string): string =>
  clusters.find((cluster) => cluster.deployment === deployment)?.name ?? deployment;
