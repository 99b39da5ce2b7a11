'use client';

import { TextField } from '#components/ui/text-field.tsx';
import type { Objectives, Probe } from '#model/drill.ts';
import type { EditedObjectives } from './use-drill-choice.ts';

const OBJECTIVE_WORDS = {
  detectMs: 'Noticed within, s',
  podsBackMs: 'Pods back within, s',
  capacityBackMs: 'Capacity back within, s',
  apiReadOutageMs: 'API reads away at most, s',
  apiWriteOutageMs: 'API writes away at most, s',
  serviceOutageMs: 'Services away at most, s',
  writesLost: 'Writes lost at most',
} as const satisfies Record<keyof Objectives, string>;

const NAMES: readonly (keyof Objectives)[] = [
  'detectMs',
  'podsBackMs',
  'capacityBackMs',
  'apiReadOutageMs',
  'apiWriteOutageMs',
  'serviceOutageMs',
  'writesLost',
];

const isCount = (name: keyof Objectives): boolean => name === 'writesLost';

/** Limits in seconds as typed; an empty field is not judged. Undefined = not a number. */
function parsed(name: keyof Objectives, text: string): number | null | undefined {
  if (text.trim() === '') return null;
  const value = Number(text.replace(',', '.'));
  if (!Number.isFinite(value) || value < 0) return undefined;
  if (isCount(name)) return Math.round(value);
  return value === 0 ? undefined : Math.max(1, Math.round(value * 1000));
}

const shown = (name: keyof Objectives, value: number | null): string => {
  if (value === null) return '';
  return String(isCount(name) ? value : value / 1000);
};

/** What this drill is judged by: the objectives of its layer, which may be changed for this once. */
export function ObjectiveFields({
  standard,
  edited,
  onEdit,
}: {
  standard: Objectives;
  edited: EditedObjectives;
  onEdit: (edited: EditedObjectives) => void;
}) {
  return (
    <div className="limits pad">
      {NAMES.map((name) => (
        <TextField
          key={`${name}-${standard[name]}`}
          label={OBJECTIVE_WORDS[name]}
          inputMode="decimal"
          placeholder="not judged"
          defaultValue={shown(name, edited[name] === undefined ? standard[name] : edited[name])}
          onChange={(event) => {
            const value = parsed(name, event.target.value);
            event.target.setAttribute('aria-invalid', String(value === undefined));
            if (value !== undefined) onEdit({ ...edited, [name]: value });
          }}
        />
      ))}
    </div>
  );
}

/** Which probes run; all unless some are taken away. */
export function ProbeChecks({
  probes,
  chosen,
  onChoose,
}: {
  probes: readonly Probe[];
  chosen: readonly string[] | null;
  onChoose: (chosen: string[] | null) => void;
}) {
  if (probes.length === 0) return <p className="pad muted">No probe can run on this cluster now.</p>;
  const all = probes.map((probe) => probe.id);
  const on = chosen ?? all;
  return (
    <div className="pad">
      <fieldset className="checks">
        <legend className="sr">Probes</legend>
        {probes.map((probe) => (
          <label key={probe.id}>
            <input
              type="checkbox"
              className="check"
              checked={on.includes(probe.id)}
              onChange={(event) => {
                const next = all.filter((id) => (id === probe.id ? event.target.checked : on.includes(id)));
                onChoose(next.length === all.length ? null : next);
              }}
            />
            {probe.name}
            <span className="cap clip" title={probe.target}>
              {probe.target}
            </span>
          </label>
        ))}
      </fieldset>
    </div>
  );
}
