'use client';

import { Controller, useFormContext } from 'react-hook-form';
import type { Choices } from '#model/property.ts';
import { AUTOMATIC } from '#model/property.ts';
import { useFormScope } from '../field-context.ts';
import type { ControlProps } from '../field-props.ts';

type Option = { value: string; label: string };

/** One of a list. */
function Select({
  field,
  name,
  id,
  describedBy,
  invalid,
  locked,
  options,
}: ControlProps & { options: readonly Option[] }) {
  const { control } = useFormContext();
  return (
    <Controller
      control={control}
      name={name}
      render={({ field: bound }) => {
        const value = bound.value === null || bound.value === undefined ? '' : String(bound.value);
        const known = options.some((option) => option.value === value);
        return (
          <select
            id={id}
            className="input"
            value={value}
            ref={bound.ref}
            onBlur={bound.onBlur}
            onChange={(event) => bound.onChange(event.target.value)}
            disabled={locked !== null}
            aria-describedby={describedBy}
            aria-invalid={invalid || undefined}
            aria-required={field.required || undefined}
          >
            {known ? null : (
              <option value={value}>{value === '' ? 'Choose…' : `${value} (not offered any more)`}</option>
            )}
            {field.required || value === '' ? null : <option value="">None</option>}
            {options.map((option) => (
              <option key={option.value} value={option.value}>
                {option.label}
              </option>
            ))}
          </select>
        );
      }}
    />
  );
}

/** Options the tile itself names. */
export const DropdownControl = (props: ControlProps) => <Select {...props} options={props.field.options} />;

const OFFERED = {
  vm_type_dropdown: ({ vmTypes }) => [
    { value: AUTOMATIC, label: 'Automatic: smallest that fits' },
    ...vmTypes.map(({ name, label }) => ({ value: name, label })),
  ],
  disk_type_dropdown: ({ diskTypes }) => [
    { value: AUTOMATIC, label: 'Automatic' },
    ...diskTypes.map(({ name, label }) => ({ value: name, label })),
  ],
  service_network_az_single_select: ({ azs }) => azs.map((name) => ({ value: name, label: name })),
  network_dropdown: ({ networks }) =>
    networks.map(({ name, azs }) => ({ value: name, label: `${name} (${azs.join(', ')})` })),
} as const satisfies Record<string, (choices: Choices) => Option[]>;

/** Options the director offers: VM types, disks, AZs, networks. */
export function OfferedControl(props: ControlProps) {
  const { view } = useFormScope();
  const { type } = props.field.blueprint;
  return <Select {...props} options={type in OFFERED ? OFFERED[type as keyof typeof OFFERED](view.choices) : []} />;
}

const SMTP: readonly Option[] = [
  { value: 'plain', label: 'PLAIN' },
  { value: 'login', label: 'LOGIN' },
  { value: 'cram_md5', label: 'CRAM-MD5' },
];
export const SmtpControl = (props: ControlProps) => <Select {...props} options={SMTP} />;

/** On or off. */
export function BooleanControl({ field, name, id, describedBy, invalid, locked }: ControlProps) {
  const { control } = useFormContext();
  return (
    <Controller
      control={control}
      name={name}
      render={({ field: bound }) => (
        <span className="switch">
          <input
            type="checkbox"
            className="check"
            id={id}
            checked={bound.value === true || bound.value === 'true'}
            ref={bound.ref}
            onBlur={bound.onBlur}
            onChange={(event) => bound.onChange(event.target.checked)}
            disabled={locked !== null}
            aria-describedby={describedBy}
            aria-invalid={invalid || undefined}
          />
          <span className="muted" aria-hidden="true">
            {bound.value === true || bound.value === 'true' ? 'On' : 'Off'}
          </span>
          <span className="sr">{field.label}</span>
        </span>
      )}
    />
  );
}

/** Any of a list. */
function Checks({ name, options, locked, describedBy }: ControlProps & { options: readonly Option[] }) {
  const { control } = useFormContext();
  return (
    <Controller
      control={control}
      name={name}
      render={({ field: bound }) => {
        const chosen = Array.isArray(bound.value) ? bound.value.map(String) : [];
        const toggle = (value: string, on: boolean) =>
          bound.onChange(on ? [...chosen, value] : chosen.filter((other) => other !== value));
        return (
          <div className="choices" aria-describedby={describedBy}>
            {options.map((option) => (
              <label key={option.value} className="choice">
                <input
                  type="checkbox"
                  className="check"
                  checked={chosen.includes(option.value)}
                  disabled={locked !== null}
                  onBlur={bound.onBlur}
                  onChange={(event) => toggle(option.value, event.target.checked)}
                />
                {option.label}
              </label>
            ))}
            {options.length === 0 ? (
              <span className="cap">Nothing to choose from yet: configure the BOSH Director first.</span>
            ) : null}
          </div>
        );
      }}
    />
  );
}

export const MultiControl = (props: ControlProps) => <Checks {...props} options={props.field.options} />;

/** AZs of the director's list. */
export function AzsControl(props: ControlProps) {
  const { view } = useFormScope();
  return <Checks {...props} options={view.choices.azs.map((name) => ({ value: name, label: name }))} />;
}
