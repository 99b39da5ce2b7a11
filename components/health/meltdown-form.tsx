'use client';

import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { fieldText } from '#components/entry/field-text.ts';
import { refusalOf } from '#components/live/refusal.ts';
import { useTRPC } from '#components/live/trpc.ts';
import { Button } from '#components/ui/button.tsx';
import { Callout } from '#components/ui/callout.tsx';
import { Dialog } from '#components/ui/dialog.tsx';
import { TextField } from '#components/ui/text-field.tsx';
import { faultsByField } from '#model/faults-by-field.ts';
import { MeltdownSettings } from '#model/health.ts';

const FORM = 'meltdown';
const RULES = [
  { key: 'fleet', title: 'Fleet: counted over everything' },
  { key: 'group', title: 'AZ or instance group: counted in each' },
] as const;

/** Thresholds of the meltdown guard. */
export function MeltdownForm({ settings, onClose }: { settings: MeltdownSettings; onClose: () => void }) {
  const trpc = useTRPC();
  const [faults, setFaults] = useState<Record<string, string>>({});
  const save = useMutation(trpc.health.setMeltdown.mutationOptions({ onSuccess: onClose }));
  const refusal = save.error ? refusalOf(save.error) : null;
  const shown = { ...refusal?.fields, ...faults };
  const onSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const parsed = MeltdownSettings.safeParse(readForm(new FormData(event.currentTarget)));
    setFaults(parsed.success ? {} : faultsByField(parsed.error));
    if (parsed.success) save.mutate(parsed.data);
  };
  const number = (name: string, label: string, value: number, help?: string) => (
    <TextField
      name={name}
      label={label}
      inputMode="numeric"
      defaultValue={String(value)}
      error={shown[name]}
      {...(help ? { help } : {})}
    />
  );
  return (
    <Dialog
      title="Meltdown guard"
      description="When both numbers of a rule are reached within its window, repairs go on in order and few at a time. Nothing is ever silent: an alert says it."
      wide
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Back</Button>
          <Button look="primary" type="submit" form={FORM} pending={save.isPending}>
            Save thresholds
          </Button>
        </>
      }
    >
      <form id={FORM} className="stack" onSubmit={onSubmit} noValidate>
        {refusal ? (
          <Callout state="failed" title="Not saved" alert>
            {refusal.message}
          </Callout>
        ) : null}
        {RULES.map((rule) => (
          <fieldset key={rule.key} className="plans">
            <legend>{rule.title}</legend>
            <div className="trio">
              {number(`${rule.key}.minimumDown`, 'VMs down, at least', settings[rule.key].minimumDown)}
              {number(`${rule.key}.percent`, 'Per cent of all', settings[rule.key].percent)}
              {number(`${rule.key}.windowSeconds`, 'Within seconds', settings[rule.key].windowSeconds)}
            </div>
          </fieldset>
        ))}
        <fieldset className="plans">
          <legend>Repairs at once</legend>
          <div className="trio">
            {number('repairsAtOnce', 'As a rule', settings.repairsAtOnce)}
            {number('repairsInMeltdown', 'In a meltdown', settings.repairsInMeltdown)}
          </div>
        </fieldset>
      </form>
    </Dialog>
  );
}

/** Text that is no number becomes NaN, which the schema refuses at its field. */
function readForm(sent: FormData): unknown {
  const value = (name: string) => Number(fieldText(sent, name) || Number.NaN);
  const rule = (key: string) => ({
    minimumDown: value(`${key}.minimumDown`),
    percent: value(`${key}.percent`),
    windowSeconds: value(`${key}.windowSeconds`),
  });
  return {
    fleet: rule('fleet'),
    group: rule('group'),
    repairsAtOnce: value('repairsAtOnce'),
    repairsInMeltdown: value('repairsInMeltdown'),
  };
}
