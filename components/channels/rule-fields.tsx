'use client';

import { useQuery } from '@tanstack/react-query';
import { useWatch } from 'react-hook-form';
import { useTRPC } from '#components/live/trpc.ts';
import { SEVERITIES } from '#model/alert.ts';
import { deploymentOfCluster } from '#model/cluster.ts';
import type { ChannelForm } from './secret-field.tsx';

/** Which alerts go to the channel. */
export function RuleFields({ form }: { form: ChannelForm }) {
  const trpc = useTRPC();
  const { data: clusters = [] } = useQuery(trpc.clusters.list.queryOptions());
  const chosen = useWatch({ control: form.control, name: 'deployments' });
  const toggle = (deployment: string) =>
    form.setValue(
      'deployments',
      chosen.includes(deployment) ? chosen.filter((one) => one !== deployment) : [...chosen, deployment],
      { shouldDirty: true },
    );
  const gone = chosen.filter((one) => !clusters.some((cluster) => deploymentOfCluster(cluster.uuid) === one));
  return (
    <>
      <div className="field plain">
        <label htmlFor="channel-severity">From severity</label>
        <select {...form.register('minimumSeverity')} id="channel-severity" className="input">
          {SEVERITIES.map((severity) => (
            <option key={severity} value={severity}>
              {severity}
              {severity === 'info' ? ' (everything)' : ' and worse'}
            </option>
          ))}
        </select>
      </div>
      <fieldset className="checks">
        <legend className="label">Of which clusters</legend>
        <label>
          <input
            type="checkbox"
            className="check"
            checked={chosen.length === 0}
            onChange={() => form.setValue('deployments', [], { shouldDirty: true })}
          />
          All, and of the platform itself
        </label>
        {clusters.map(({ uuid, name }) => (
          <label key={uuid}>
            <input
              type="checkbox"
              className="check"
              checked={chosen.includes(deploymentOfCluster(uuid))}
              onChange={() => toggle(deploymentOfCluster(uuid))}
            />
            {name}
          </label>
        ))}
        {gone.map((deployment) => (
          <label key={deployment}>
            <input type="checkbox" className="check" checked onChange={() => toggle(deployment)} />
            {deployment} <span className="cap">not there (any more)</span>
          </label>
        ))}
      </fieldset>
      <fieldset className="checks">
        <legend className="label">Also</legend>
        <label>
          <input type="checkbox" className="check" {...form.register('drills')} />
          Alerts that a drill causes (marked DRILL)
        </label>
        <label>
          <input type="checkbox" className="check" {...form.register('enabled')} />
          Switched on
        </label>
      </fieldset>
    </>
  );
}
