import { readFileSync } from 'node:fs';
import { Document, isScalar, parse } from 'yaml';
import { z } from 'zod';
import type { Field } from '#model/field.ts';
import { allFields, type FormView, isShown } from '#model/form.ts';
import { MASK } from '#model/property.ts';
import { CliError } from './cli-error.ts';

/** A form as YAML: what each field is stands above it, set secrets are masked. Saved again as it is, it changes nothing. */

const Values = z.record(z.string(), z.unknown());
type Values = z.infer<typeof Values>;

export function formToYaml(view: FormView): string {
  const document = new Document({});
  document.commentBefore = heading(view);
  for (const field of allFields(view.form)) {
    if (!isShown(field, view.values) || !field.blueprint.configurable) continue;
    const value = maskSecrets(view.values[field.reference] ?? null, field.reference, view.secrets);
    const pair = document.createPair(field.reference, value);
    if (isScalar(pair.key)) pair.key.commentBefore = ` ${about(field, view.locked)}`;
    document.add(pair);
  }
  return document.toString({ lineWidth: 0 }).trimEnd();
}

/** Values of a file (`-` is standard input) with the `REFERENCE=JSON` of the command line over them. Throws CliError naming the fault. */
export function readValues(file: string | undefined, assignments: readonly string[]): Values {
  const given = file === undefined ? {} : readFile(file);
  return { ...given, ...Object.fromEntries(assignments.map(parseAssignment)) };
}

function readFile(file: string): Values {
  let data: unknown;
  try {
    data = parse(readFileSync(file === '-' ? 0 : file, 'utf8'));
  } catch (cause) {
    throw new CliError(`${file} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
  const parsed = Values.safeParse(data);
  if (parsed.success) return parsed.data;
  throw new CliError(`${file}: give values by reference, as "tessera form PRODUCT FORM" prints them.`, {
    cause: parsed.error,
  });
}

function parseAssignment(text: string): [reference: string, value: unknown] {
  const [, reference, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (reference === undefined || value === undefined)
    throw new CliError(`--set ${text}: give REFERENCE=JSON, for example .properties.name=true`);
  try {
    return [reference, JSON.parse(value)];
  } catch (cause) {
    // a bare word is a text; what begins as JSON and is none is a slip
    if (!/^\s*[[{"]/.test(value)) return [reference, value];
    throw new CliError(`--set ${reference}: ${value} is no JSON.`, { cause });
  }
}

function heading(view: FormView): string {
  const saved = view.changedBy === null ? 'never saved' : `saved by ${view.changedBy} at ${view.changedAt}`;
  const faults = view.faults.map((fault) => `\n to do: ${fault.message}`).join('');
  return ` ${view.form.label} (${view.form.name} of ${view.slug}), version ${view.version}, ${saved}${faults}`;
}

function about(field: Field, locked: readonly string[]): string {
  const options = field.options.map((option) => option.value).join(' | ');
  const notes = [
    field.required ? 'required' : null,
    options ? `one of ${options}` : null,
    locked.includes(field.reference) ? 'cannot change any more' : null,
  ].filter((note) => note !== null);
  return [field.label.replaceAll('\n', ' '), ...notes].join(', ');
}

/** The console blanks secret leaves and says apart which are set, by their path. */
function maskSecrets(value: unknown, path: string, set: FormView['secrets']): unknown {
  if (path in set) return MASK;
  if (Array.isArray(value)) return value.map((member, index) => maskSecrets(member, `${path}[${index}]`, set));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, maskSecrets(inner, `${path}.${key}`, set)]),
  );
}
