'use client';

import { Callout } from '#components/ui/callout.tsx';
import { count } from '#components/ui/format-time.ts';
import { Ago, Clock } from '#components/ui/time.tsx';
import type { Meltdown, MeltdownSettings, Resurrection } from '#model/health.ts';
import { ruleWords } from './meltdown-words.ts';

/** The guard is at work: why, and what it does now. */
export function MeltdownBanner({ meltdown, settings }: { meltdown: Meltdown; settings: MeltdownSettings }) {
  return (
    <Callout
      state="failed"
      alert
      title={`Meltdown: ${meltdown.down} of ${count(meltdown.total, 'VM')} of ${meltdown.scope} are down.`}
    >
      <p>
        Since <Clock at={meltdown.since} /> (<Ago at={meltdown.since} />
        ). Rule: {ruleWords(settings[meltdown.rule])}. Repairs go on, masters first, then the API VM, then workers, at
        most {settings.repairsInMeltdown} at once, so that the load of many does not bring the rest down. The guard ends
        by itself when the count falls.
      </p>
    </Callout>
  );
}

/** Dead VMs stay dead somewhere: said on top, so that nobody waits for a repair that does not come. */
export function RepairOffBanner({
  resurrection,
  clusters,
}: {
  resurrection: Resurrection;
  clusters: readonly { name: string; deployment: string }[];
}) {
  if (!resurrection.enabled)
    return (
      <Callout state="attention" title="Resurrection off for all deployments.">
        Failures are noticed and told, but VMs that die stay dead until somebody repairs them or switches this on.
      </Callout>
    );
  if (resurrection.off.length === 0) return null;
  const names = resurrection.off.map((off) => clusters.find(({ deployment }) => deployment === off)?.name ?? off);
  return (
    <Callout state="attention" title={`Resurrection off for ${names.join(', ')}.`}>
      VMs of {names.length === 1 ? 'it' : 'them'} that die stay dead; all else heals by itself.
    </Callout>
  );
}
