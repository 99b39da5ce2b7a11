'use client';

import { get, useFormContext, useFormState, useWatch } from 'react-hook-form';
import { fieldId } from '#components/links.ts';
import type { Field, FieldFault } from '#model/field.ts';
import { limitsText } from '#model/form.ts';
import { isCredential } from '#model/property.ts';
import { useFormScope } from './field-context.ts';
import { fieldName } from './field-name.ts';
import { FIELD_CONTROLS, GROUPED } from './field-registry.tsx';
import { sameValue } from './merge-form.ts';
import { showValue } from './show-value.ts';

/** One field: label with its marks, control, refusal, applied value, help. */
export function FieldShell({
  field,
  name = fieldName(field.reference),
  bare = false,
}: {
  field: Field;
  name?: string;
  bare?: boolean;
}) {
  const { view, readOnly } = useFormScope();
  const { control } = useFormContext();
  const { errors } = useFormState({ control, name });
  const Control = FIELD_CONTROLS[field.blueprint.type];
  const id = fieldId(name);
  const value: unknown = useWatch({ control, name });
  const asSaved = sameValue(value, view.values[field.reference]);
  const fault =
    faultOf(get(errors, name)) ??
    (asSaved && !bare ? view.faults.find((one) => one.reference === field.reference) : undefined);
  const error = fault?.message;
  const described =
    [error ? `${id}-error` : null, field.description ? `${id}-help` : null].filter(Boolean).join(' ') || undefined;
  const locked = lockOf(field, view.locked, readOnly);
  const grouped = GROUPED.has(field.blueprint.type);
  const limits = limitsText(field.blueprint);
  const label = (
    <>
      {field.label} {limits ? <span className="muted limits">{limits}</span> : null}
      {field.required ? <span className="tag">required</span> : null}
      <DefaultTag field={field} />
      <span className="key">{field.reference.split('.').at(-1)}</span>
    </>
  );
  return (
    <div
      className="field"
      {...(grouped ? { role: 'group', 'aria-labelledby': `${id}-label`, id, tabIndex: -1 } : {})}
      data-reference={field.reference}
      data-fault={fault?.kind}
    >
      {grouped ? (
        <span className="label" id={`${id}-label`}>
          {label}
        </span>
      ) : (
        <label htmlFor={id}>{label}</label>
      )}
      <Control field={field} name={name} id={id} describedBy={described} invalid={Boolean(error)} locked={locked} />
      {error ? (
        <p className="fault" id={`${id}-error`} data-state={fault?.kind === 'missing' ? 'attention' : 'failed'}>
          {withoutLabel(error, field.label)}
        </p>
      ) : null}
      {bare ? null : <AppliedValue field={field} name={name} />}
      {locked ? <p className="help">{locked}</p> : null}
      {field.description ? (
        <p className="help" id={`${id}-help`}>
          {field.description}
        </p>
      ) : null}
    </div>
  );
}

/** The sentence begins with the label, which stands above it already: "API Hostname: must be…" → "Must be…". */
function withoutLabel(message: string, label: string): string {
  if (!message.startsWith(`${label}: `)) return message;
  const rest = message.slice(label.length + 2);
  return `${rest.charAt(0).toUpperCase()}${rest.slice(1)}`;
}

/** First fault in what the form library holds for a field; nested values (credentials, records) hold theirs deeper. */
function faultOf(error: unknown): Pick<FieldFault, 'message' | 'kind'> | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  if ('message' in error && typeof error.message === 'string') {
    return { message: error.message, kind: 'type' in error && error.type === 'missing' ? 'missing' : 'wrong' };
  }
  for (const inner of Object.values(error)) {
    const fault = faultOf(inner);
    if (fault) return fault;
  }
  return undefined;
}

function lockOf(field: Field, locked: readonly string[], readOnly: string | null): string | null {
  if (readOnly) return readOnly;
  if (!field.blueprint.configurable) return 'Generated; see the Credentials tab.';
  return locked.includes(field.reference) ? 'Cannot change after the first apply.' : null;
}

function DefaultTag({ field }: { field: Field }) {
  const { view } = useFormScope();
  const fallback = view.defaults[field.reference];
  if (
    fallback === null ||
    fallback === undefined ||
    fallback === '' ||
    typeof fallback === 'object' ||
    field.blueprint.type === 'boolean'
  )
    return null;
  const text = showValue(field, fallback);
  return text.length > 24 ? null : <span className="tag">default {text}</span>;
}

/** What runs now, when the draft differs from it, with the way back. */
function AppliedValue({ field, name }: { field: Field; name: string }) {
  const { view } = useFormScope();
  const { control, setValue } = useFormContext();
  const value: unknown = useWatch({ control, name });
  if (!view.deployed || isCredential(field.blueprint.type) || !(field.reference in view.deployed)) return null;
  const applied = view.deployed[field.reference];
  if (sameValue(applied, value)) return null;
  return (
    <p className="was">
      Applied value: <s className="mono">{showValue(field, applied)}</s>{' '}
      <button
        type="button"
        className="link plain"
        onClick={() => setValue(name, applied, { shouldDirty: true, shouldValidate: true })}
      >
        Restore
      </button>
    </p>
  );
}
