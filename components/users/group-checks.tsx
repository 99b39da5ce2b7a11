'use client';

import { useQuery } from '@tanstack/react-query';
import { useTRPC } from '#components/live/trpc.ts';

/** Check boxes of all groups, with what each allows. */
export function GroupChecks({ chosen, onChange }: { chosen: readonly string[]; onChange: (groups: string[]) => void }) {
  const trpc = useTRPC();
  const groups = useQuery(trpc.users.groups.queryOptions());
  const toggle = (name: string, on: boolean) =>
    onChange(on ? [...chosen, name] : chosen.filter((group) => group !== name));
  return (
    <fieldset className="checks">
      <legend className="label">Groups</legend>
      {(groups.data ?? []).map((group) => (
        <label key={group.id}>
          <input
            type="checkbox"
            className="check"
            checked={chosen.includes(group.displayName)}
            onChange={(event) => toggle(group.displayName, event.target.checked)}
          />
          <span className="mono">{group.displayName}</span>
          <small className="cap">{group.description}</small>
        </label>
      ))}
    </fieldset>
  );
}
