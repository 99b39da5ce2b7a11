import type { Field } from '#model/field.ts';

/** A value as text for diffs and hints; secrets are never shown. */
export function showValue(field: Field, value: unknown): string {
  if (value === null || value === undefined || value === '') return 'blank';
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  if (field.blueprint.type === 'collection' && Array.isArray(value))
    return value.length === 1 ? '1 record' : `${value.length} records`;
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.join(', ');
  if (typeof value === 'object') return 'cert_pem' in value ? 'certificate' : 'credentials';
  return field.options.find((option) => option.value === String(value))?.label ?? String(value);
}
