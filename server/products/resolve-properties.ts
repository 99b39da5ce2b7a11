import { z } from 'zod';
import type { ProductMetadata, StagedConfiguration } from '#model/product.ts';
import { type PropertyBlueprint, selectedOption } from '#model/property.ts';
import { splitList } from '#model/property-value.ts';

/**
 * A product's values as job properties see them, with `((references))` in the place of secrets.
 * Selectors are `{value, selected_option, <option>: {…}}` with the chosen option only; lists are arrays; blanks are null.
 */
export type ResolvedProperties = {
  /** `.properties.<name>` by name. */
  properties: Record<string, unknown>;
  /** `.<job>.<name>` by job, then name. */
  jobs: Record<string, Record<string, unknown>>;
};

/** Pure: metadata (defaults, shapes) + configuration → properties. */
export function resolveProperties(metadata: ProductMetadata, configuration: StagedConfiguration): ResolvedProperties {
  const values = configuration.properties;
  return {
    properties: resolveAll(metadata.property_blueprints, '.properties', values),
    jobs: Object.fromEntries(
      metadata.job_types.map((job) => [job.name, resolveAll(job.property_blueprints, `.${job.name}`, values)]),
    ),
  };
}

function resolveAll(
  blueprints: PropertyBlueprint[],
  at: string,
  values: Record<string, unknown>,
): Record<string, unknown> {
  return Object.fromEntries(
    blueprints.map((blueprint) => [blueprint.name, resolveOne(blueprint, `${at}.${blueprint.name}`, values)]),
  );
}

function resolveOne(blueprint: PropertyBlueprint, reference: string, values: Record<string, unknown>): unknown {
  const stored = values[reference];
  const value = stored === undefined ? (blueprint.default ?? null) : stored;
  if (blueprint.type === 'selector') {
    const option = selectedOption(blueprint, value);
    if (!option) return { value: null, selected_option: null };
    return {
      value: option.select_value,
      selected_option: option.name,
      [option.name]: resolveAll(option.property_blueprints, `${reference}.${option.name}`, values),
    };
  }
  if (blueprint.type === 'collection') return resolveRecords(blueprint, value);
  if (blueprint.type === 'string_list' || blueprint.type === 'network_address_list' || blueprint.type === 'ip_ranges')
    return splitList(value) ?? [];
  // the director's choices are filled in when a product is staged; a `*` here was never saved
  return value === '*' ? null : value;
}

function resolveRecords(blueprint: PropertyBlueprint, value: unknown): Record<string, unknown>[] {
  const records = z.array(z.record(z.string(), z.unknown())).safeParse(value);
  if (!records.success) return [];
  return records.data.map((record) =>
    Object.fromEntries(
      blueprint.property_blueprints.map((column) => [column.name, resolveOne(column, column.name, record)]),
    ),
  );
}
