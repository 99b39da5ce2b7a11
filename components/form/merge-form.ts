import type { Field } from '#model/field.ts';
import type { FormView } from '#model/form.ts';

/** A field that this person and someone else changed to different values: neither wins by itself. */
export type FieldConflict = { reference: string; label: string; mine: unknown; theirs: unknown; secret: boolean };

export const sameValue = (a: unknown, b: unknown): boolean =>
  JSON.stringify(blankToNull(a)) === JSON.stringify(blankToNull(b));

/**
 * Someone else saved the form while it was open. Fields only they changed take their value; fields only this person changed keep theirs;
 * fields both changed are conflicts. Secrets never come from the server: a new date says that someone replaced one.
 */
export function mergeForm(
  base: FormView,
  mine: Readonly<Record<string, unknown>>,
  latest: FormView,
  fields: readonly Field[],
): { values: Record<string, unknown>; conflicts: FieldConflict[] } {
  const values: Record<string, unknown> = { ...latest.values };
  const conflicts: FieldConflict[] = [];
  for (const { reference, label } of fields) {
    const iChanged = !sameValue(mine[reference], base.values[reference]);
    if (!iChanged) continue;
    values[reference] = mine[reference];
    const secret = secretsOf(latest, reference) !== secretsOf(base, reference);
    const theyChanged = secret || !sameValue(latest.values[reference], base.values[reference]);
    if (theyChanged && (secret || !sameValue(mine[reference], latest.values[reference]))) {
      conflicts.push({ reference, label, mine: mine[reference], theirs: latest.values[reference], secret });
    }
  }
  return { values, conflicts };
}

/** Dates of the secrets below a reference, as one comparable text. */
const secretsOf = (view: FormView, reference: string): string =>
  Object.entries(view.secrets)
    .filter(([path]) => path.startsWith(reference))
    .map(([path, { setAt }]) => `${path} ${setAt}`)
    .toSorted()
    .join(',');

/** Blank text, blank credentials and absent values are one thing to a form. */
function blankToNull(value: unknown): unknown {
  if (value === undefined || value === '') return null;
  if (Array.isArray(value)) return value.length === 0 ? null : value.map(blankToNull);
  if (typeof value !== 'object' || value === null) return value;
  const filled = Object.entries(value).filter(([, inner]) => blankToNull(inner) !== null);
  return filled.length === 0 ? null : Object.fromEntries(filled.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
