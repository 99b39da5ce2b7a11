import type { FieldFault } from '#model/field.ts';

/**
 * Form libraries read dots in a name as nesting, and references begin with one. A reference becomes one plain key; what follows it in a path
 * (a credential's leaf, a record's column) stays nested: `.properties.pks_tls.cert_pem` → `~properties~pks_tls.cert_pem`.
 */
export const fieldName = (reference: string): string => reference.replaceAll('.', '~');

export const referenceOf = (name: string): string => name.replaceAll('~', '.');

/** Form name of a fault's path: `.properties.c[0].host` → `~properties~c.0.host`. */
export const faultName = (fault: Pick<FieldFault, 'path' | 'reference'>): string => {
  const rest = fault.path.slice(fault.reference.length).replaceAll(/\[(\d+)\]/g, '.$1');
  return `${fieldName(fault.reference)}${rest}`;
};

/** All values by form name, as `useForm` holds them. */
export const toDraft = (values: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(values).map(([reference, value]) => [fieldName(reference), value]));

/** Back to references, as the server wants them. */
export const fromDraft = (draft: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(draft).map(([name, value]) => [referenceOf(name), value]));
