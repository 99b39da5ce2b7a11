'use client';

import { useFormContext } from 'react-hook-form';
import type { PropertyType } from '#model/property.ts';
import { useFormScope } from '../field-context.ts';
import type { ControlProps } from '../field-props.ts';
import { showValue } from '../show-value.ts';

/** Names, addresses and the like are read letter by letter: mono. */
const MONO: ReadonlySet<PropertyType> = new Set([
  'network_address',
  'network_address_list',
  'ip_address',
  'ip_ranges',
  'domain',
  'wildcard_domain',
  'http_url',
  'ldap_url',
  'uuid',
  'string_list',
  'stemcell_selector',
]);

/** One line of text; the default stands as placeholder. */
export function TextControl({ field, name, id, describedBy, invalid, locked }: ControlProps) {
  const { register } = useFormContext();
  const placeholder = usePlaceholder(field);
  return (
    <input
      {...register(name)}
      id={id}
      className={MONO.has(field.blueprint.type) ? 'input mono-input' : 'input'}
      placeholder={placeholder}
      aria-describedby={describedBy}
      aria-invalid={invalid || undefined}
      aria-required={field.required || undefined}
      readOnly={locked !== null}
      spellCheck={false}
      autoComplete="off"
    />
  );
}

/** Several lines: texts and certificates. */
export function TextAreaControl({ field, name, id, describedBy, invalid, locked }: ControlProps) {
  const { register } = useFormContext();
  return (
    <textarea
      {...register(name)}
      id={id}
      className="input"
      rows={field.blueprint.type === 'ca_certificate' ? 5 : 4}
      placeholder={usePlaceholder(field)}
      aria-describedby={describedBy}
      aria-invalid={invalid || undefined}
      aria-required={field.required || undefined}
      readOnly={locked !== null}
      spellCheck={false}
    />
  );
}

/** A whole number with its unit inside. */
export function NumberControl({ field, name, id, describedBy, invalid, locked }: ControlProps) {
  const { register } = useFormContext();
  return (
    <div className="unit">
      <input
        {...register(name)}
        id={id}
        className="input"
        inputMode="numeric"
        placeholder={usePlaceholder(field)}
        aria-describedby={describedBy}
        aria-invalid={invalid || undefined}
        aria-required={field.required || undefined}
        readOnly={locked !== null}
        autoComplete="off"
      />
      <span aria-hidden="true">{unitOf(field.label)}</span>
    </div>
  );
}

/** The unit a label names in brackets: "Access token lifetime (seconds)". */
const unitOf = (label: string): string => /\((s|seconds|mins?|minutes|ms|days|MiB|MB|GB|Mi|%)\)/.exec(label)?.[1] ?? '';

function usePlaceholder(field: ControlProps['field']): string {
  const { view } = useFormScope();
  if (field.placeholder) return field.placeholder;
  const fallback = view.defaults[field.reference];
  return fallback === null || fallback === undefined || typeof fallback === 'object' ? '' : showValue(field, fallback);
}
