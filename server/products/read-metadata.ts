import { parseDocument } from 'yaml';
import type { z } from 'zod';
import { allFields, formsOf } from '#model/form.ts';
import { ProductMetadata, type PropertyInput } from '#model/product.ts';
import type { PropertyBlueprint } from '#model/property.ts';
import { NO_CHOICES } from '#model/property.ts';
import { faultOfValue, isBlank, normaliseValue, ruleExpression } from '#model/property-value.ts';
import { TesseraError } from '#server/platform/error.ts';

/** Longest metadata.yml, and most uses of one YAML anchor counted with all it expands to. */
const METADATA_MAX_BYTES = 2 * 1024 * 1024;
const ALIAS_LIMIT = 100;

/** YAML text → plain data. Rejects text that is too long, no YAML, names a key twice, or expands by aliases (a YAML bomb). */
export function parseYaml(text: string, member: string): unknown {
  if (text.length > METADATA_MAX_BYTES) {
    throw rejected(`${member} is longer than ${METADATA_MAX_BYTES / 1024 / 1024} MB. Take data out of it`);
  }
  try {
    const document = parseDocument(text, { merge: true, prettyErrors: false });
    const [fault] = document.errors;
    if (fault) throw fault;
    return document.toJS({ maxAliasCount: ALIAS_LIMIT });
  } catch (cause) {
    const message = cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : String(cause);
    throw rejected(`${member} is no good YAML: ${message.replace(/[.:]$/, '')}`, cause);
  }
}

/** Parsed metadata → ProductMetadata, checked inside and out. Throws product_file_rejected naming `member` and each fault. */
export function readMetadata(data: unknown, member: string): ProductMetadata {
  const parsed = ProductMetadata.safeParse(joinLists(data));
  if (!parsed.success) {
    const faults = parsed.error.issues.slice(0, 5).map((issue) => `${placeOf(data, issue)}${messageOf(issue)}`);
    const more = parsed.error.issues.length > 5 ? `; and ${parsed.error.issues.length - 5} more` : '';
    throw rejected(`${member}: ${faults.join('; ')}${more}`);
  }
  const faults = faultsOfMetadata(parsed.data);
  if (faults.length > 0) throw rejected(`${member}: ${faults.slice(0, 5).join('; ')}`);
  return parsed.data;
}

/** YAML cannot join lists: a list inside one of these is spread, so that an anchor may hold several entries. */
const JOINED = new Set([
  'property_blueprints',
  'property_inputs',
  'selector_property_inputs',
  'option_templates',
  'form_types',
]);

function joinLists(value: unknown, depth = 0): unknown {
  if (depth > 60) throw rejected('metadata is nested deeper than 60 levels');
  if (Array.isArray(value)) return value.map((member) => joinLists(member, depth + 1));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => {
      const joined = JOINED.has(key) && Array.isArray(member) ? member.flat(1) : member;
      return [key, joinLists(joined, depth + 1)];
    }),
  );
}

/** Faults that the shape alone does not show: double names, fields without blueprint, bad defaults and rules. */
function faultsOfMetadata(metadata: ProductMetadata): string[] {
  const faults = [
    ...doubles(
      'property',
      metadata.property_blueprints.map((blueprint) => blueprint.name),
    ),
    ...doubles(
      'form',
      metadata.form_types.map((form) => form.name),
    ),
    ...doubles(
      'job type',
      metadata.job_types.map((job) => job.name),
    ),
    ...metadata.property_blueprints.flatMap((blueprint) =>
      faultsOfBlueprint(blueprint, `.properties.${blueprint.name}`),
    ),
    ...metadata.job_types.flatMap((job) =>
      job.property_blueprints.flatMap((blueprint) => faultsOfBlueprint(blueprint, `.${job.name}.${blueprint.name}`)),
    ),
  ];
  if (faults.length > 0) return faults;
  try {
    const references = formsOf(metadata).flatMap((form) => allFields(form).map((field) => field.reference));
    return [
      ...doubles('field', references),
      ...metadata.form_types.flatMap((form) => strayColumns(metadata, form.property_inputs)),
    ];
  } catch (error) {
    // formsOf names the form and the reference that has no blueprint
    return [error instanceof Error ? error.message : String(error)];
  }
}

function faultsOfBlueprint(blueprint: PropertyBlueprint, at: string): string[] {
  const faults = [...faultsOfRules(blueprint, at), ...faultsOfShape(blueprint, at)];
  const { default: preset } = blueprint;
  const checkable =
    !['vm_type_dropdown', 'disk_type_dropdown', 'network_dropdown', 'collection'].includes(blueprint.type) &&
    preset !== '*';
  if (preset !== undefined && checkable && !blueprint.type.startsWith('service_network_az')) {
    const value = normaliseValue(blueprint, preset);
    const fault = isBlank(value) ? null : faultOfValue(blueprint, value, NO_CHOICES);
    if (fault) faults.push(`${at}: its default ${fault}`);
  }
  return [
    ...faults,
    ...doubles(
      `property of ${at}`,
      blueprint.property_blueprints.map((inner) => inner.name),
    ),
    ...blueprint.property_blueprints.flatMap((inner) => faultsOfBlueprint(inner, `${at}.${inner.name}`)),
    ...blueprint.option_templates.flatMap((option) => [
      ...doubles(
        `property of ${at}.${option.name}`,
        option.property_blueprints.map((inner) => inner.name),
      ),
      ...option.property_blueprints.flatMap((inner) => faultsOfBlueprint(inner, `${at}.${option.name}.${inner.name}`)),
    ]),
  ];
}

function faultsOfRules(blueprint: PropertyBlueprint, at: string): string[] {
  if (!Array.isArray(blueprint.constraints)) return [];
  return blueprint.constraints.flatMap((rule) => {
    if (!('must_match_regex' in rule)) return [];
    try {
      ruleExpression(rule.must_match_regex);
      return [];
    } catch {
      return [`${at}: ${rule.must_match_regex} is no regular expression`];
    }
  });
}

function faultsOfShape(blueprint: PropertyBlueprint, at: string): string[] {
  const needsOptions = blueprint.type === 'dropdown_select' || blueprint.type === 'multi_select_options';
  if (needsOptions && blueprint.options.length === 0) return [`${at}: a ${blueprint.type} needs options`];
  if (blueprint.type === 'selector' && blueprint.option_templates.length === 0)
    return [`${at}: a selector needs option_templates`];
  if (blueprint.type !== 'collection') return [];
  if (blueprint.property_blueprints.length === 0) return [`${at}: a collection needs property_blueprints`];
  const nested = blueprint.property_blueprints.find(
    (inner) => inner.type === 'collection' || inner.type === 'selector',
  );
  return nested ? [`${at}.${nested.name}: a collection cannot hold a ${nested.type}`] : [];
}

function strayColumns(metadata: ProductMetadata, inputs: PropertyInput[]): string[] {
  return inputs.flatMap((input) => {
    const blueprint = metadata.property_blueprints.find(
      (candidate) => `.properties.${candidate.name}` === input.reference,
    );
    if (blueprint?.type !== 'collection') return [];
    const names = blueprint.property_blueprints.map((column) => column.name);
    return input.property_inputs
      .filter((column) => !names.includes(column.reference))
      .map((column) => `${input.reference} has no column ${column.reference}`);
  });
}

function doubles(what: string, names: string[]): string[] {
  const seen = new Set<string>();
  return names.filter((name) => seen.has(name) || !seen.add(name)).map((name) => `${what} ${name} is there twice`);
}

/** `property_blueprints[3] "plan1_selector": ` – the name helps more than the index. */
function placeOf(data: unknown, issue: z.core.$ZodIssue): string {
  let current = joinLists(data);
  let place = '';
  for (const key of issue.path) {
    // walks the parsed YAML along the issue's own path; a missing key gives undefined
    current = typeof current === 'object' && current !== null ? Reflect.get(current, key) : undefined;
    place += typeof key === 'number' ? `[${key}]` : `${place ? '.' : ''}${String(key)}`;
    const name = typeof current === 'object' && current !== null ? Reflect.get(current, 'name') : undefined;
    if (typeof key === 'number' && typeof name === 'string') place += ` "${name}"`;
  }
  return place ? `${place}: ` : '';
}

function messageOf(issue: z.core.$ZodIssue): string {
  if (issue.code !== 'invalid_union') return issue.message;
  return issue.errors.flat()[0]?.message ?? issue.message;
}

function rejected(sentence: string, cause?: unknown): TesseraError {
  return new TesseraError('product_file_rejected', `${sentence}. Get a good product file and import it again.`, {
    cause,
  });
}
