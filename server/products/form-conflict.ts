import { allFields, type Form } from '#model/form.ts';
import { isCredential } from '#model/property.ts';
import { TesseraError } from '#server/platform/error.ts';
import type { FormValues } from './form-values.ts';
import { isSame } from './same-value.ts';
import { maskValue } from './secret-leaves.ts';
import { showValue } from './show-value.ts';

/**
 * Throws stale_version naming, field by field, what the other operator saved and what this one gives; nothing is stored and nothing lost.
 * Two operators who ask for the same values do not disagree.
 */
export function refuseStale(input: { form: Form; given: FormValues; current: FormValues; changedBy: string }): void {
  const fields: Record<string, string> = {};
  for (const field of allFields(input.form)) {
    if (!(field.reference in input.given)) continue;
    const yours = input.given[field.reference];
    const theirs = input.current[field.reference];
    const shown = maskValue(field, field.reference, theirs).shown;
    if (isSame(yours, theirs) || isSame(yours, shown)) continue;
    fields[field.reference] = isCredential(field.blueprint.type)
      ? `${field.label}: ${input.changedBy} saved another secret; you gave a new one.`
      : `${field.label}: ${input.changedBy} saved ${quoted(showValue(field, theirs))}; you gave ${quoted(showValue(field, yours))}.`;
  }
  if (Object.keys(fields).length === 0) return;
  throw new TesseraError(
    'stale_version',
    `${input.changedBy} saved the form ${input.form.label} while you edited it. ${Object.values(fields).join(' ')} Reload to see their values, then save yours again.`,
    { fields },
  );
}

const quoted = (text: string | null): string => (text === null ? 'nothing' : `"${text}"`);
