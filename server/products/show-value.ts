import type { Field } from '#model/field.ts';
import { isCredential } from '#model/property.ts';
import { maskValue } from './secret-leaves.ts';

/** Longest value a sentence or a diff line shows. */
const SHOWN_MAX = 300;

/** A stored value as text for a diff or a sentence: option labels, lists with commas, records as JSON; secrets never. Null = blank. */
export function showValue(field: Field, stored: unknown): string | null {
  if (stored === null || stored === undefined || stored === '') return null;
  if (isCredential(field.blueprint.type)) return 'secret';
  if (field.blueprint.type === 'collection') return shortened(showRecords(field, stored));
  if (typeof stored === 'boolean') return stored ? 'on' : 'off';
  if (Array.isArray(stored)) return stored.length === 0 ? null : shortened(stored.join(', '));
  const text = String(stored);
  return shortened(field.options.find((option) => option.value === text)?.label ?? text);
}

function showRecords(field: Field, stored: unknown): string {
  const { shown } = maskValue(field, field.reference, stored);
  if (!Array.isArray(shown)) return '';
  return shown
    .map((record: unknown) => {
      const cells: Record<string, unknown> = typeof record === 'object' && record !== null ? { ...record } : {};
      return field.columns
        .map((column) => showValue(column, cells[column.reference]))
        .filter((text) => text !== null)
        .join(' ');
    })
    .join('; ');
}

const shortened = (text: string): string => (text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}…` : text);
