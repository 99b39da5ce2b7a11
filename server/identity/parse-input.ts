import type { z } from 'zod';
import { TesseraError } from '#server/platform/error.ts';

/** Parses what came from outside; throws invalid_input with a sentence per field. */
export function parseInput<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const fields: Record<string, string> = {};
  for (const issue of parsed.error.issues) {
    const field = issue.path.join('.');
    fields[field] ??= issue.message;
  }
  const sentence = Object.entries(fields)
    // our own messages begin with the field's name already
    .map(([field, message]) => (field === '' || /^[a-z -]+: /.test(message) ? message : `${field}: ${message}`))
    .join('; ');
  throw new TesseraError('invalid_input', sentence, { fields });
}
