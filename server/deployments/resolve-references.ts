import { z } from 'zod';
import { TesseraError } from '#server/platform/error.ts';

/** Value of a variable by the name a manifest uses: text, or the fields of a certificate or key pair. Rejects with not_found. */
export type ReadVariable = (name: string) => Promise<string | Record<string, string>>;

const REFERENCE = /\(\(!?([\w/.-]+)\)\)/g;
const Fields = z.record(z.string(), z.string());

/**
 * Replaces `((name))` and `((name.field))` in every string of `value`. A string that is one reference takes the variable's own shape
 * (a certificate becomes its fields); a reference inside a longer string must be text.
 */
export async function resolveReferences(value: unknown, readVariable: ReadVariable, place: string): Promise<unknown> {
  if (typeof value === 'string') return resolveText(value, readVariable, place);
  if (Array.isArray(value)) {
    return Promise.all(
      value.map((member: unknown, index) => resolveReferences(member, readVariable, `${place}[${index}]`)),
    );
  }
  if (typeof value !== 'object' || value === null) return value;
  const entries = await Promise.all(
    Object.entries(value).map(
      async ([key, member]) => [key, await resolveReferences(member, readVariable, `${place}.${key}`)] as const,
    ),
  );
  return Object.fromEntries(entries);
}

/** Names of the variables that `value` refers to, fields cut off. */
export function referencesOf(value: unknown): string[] {
  const found = new Set<string>();
  for (const [, reference] of JSON.stringify(value).matchAll(REFERENCE))
    if (reference) found.add(splitReference(reference).name);
  return [...found];
}

async function resolveText(text: string, readVariable: ReadVariable, place: string): Promise<unknown> {
  const references = [...text.matchAll(REFERENCE)];
  if (references.length === 0) return text;
  const values = await Promise.all(
    references.map(([, reference]) => readReference(reference ?? '', readVariable, place)),
  );
  if (references.length === 1 && references[0]?.[0] === text) return values[0];
  let next = 0;
  return text.replaceAll(REFERENCE, (reference) => {
    const value = values[next++];
    if (typeof value === 'string') return value;
    throw new TesseraError(
      'invalid_input',
      `${place}: ${reference} has several fields; name one of them inside a text.`,
    );
  });
}

async function readReference(reference: string, readVariable: ReadVariable, place: string): Promise<unknown> {
  const { name, field } = splitReference(reference);
  const value = await readNamed(name, readVariable, place);
  if (field === null) return value;
  const fields = typeof value === 'string' ? parseFields(value) : value;
  const found = fields?.[field];
  if (found === undefined) throw new TesseraError('invalid_input', `${place}: variable ${name} has no field ${field}.`);
  return found;
}

async function readNamed(
  name: string,
  readVariable: ReadVariable,
  place: string,
): Promise<string | Record<string, string>> {
  try {
    return await readVariable(name);
  } catch (cause) {
    if (cause instanceof TesseraError && cause.code !== 'not_found') throw cause;
    throw new TesseraError(
      'not_found',
      `${place}: variable ${name} does not exist. Apply the deployment again to generate it.`,
      { cause },
    );
  }
}

/** The last dot separates a field; names themselves hold slashes and dashes only after their last slash. */
function splitReference(reference: string): { name: string; field: string | null } {
  const dot = reference.indexOf('.', reference.lastIndexOf('/') + 1);
  if (dot < 0) return { name: reference, field: null };
  return { name: reference.slice(0, dot), field: reference.slice(dot + 1) };
}

function parseFields(text: string): Record<string, string> | null {
  try {
    return Fields.parse(JSON.parse(text));
  } catch {
    // a password is no JSON: the caller says which field is missing
    return null;
  }
}
