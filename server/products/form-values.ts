import type { Field } from '#model/field.ts';
import { allFields, formsOf } from '#model/form.ts';
import { type ProductMetadata, ResourceConfig, type StagedConfiguration } from '#model/product.ts';
import { AUTOMATIC, type Choices } from '#model/property.ts';

/**
 * A form edits flat values by reference; a configuration keeps them in Ops Manager's four parts. These two directions, and the defaults
 * of fields, are pure.
 */
export type FormValues = Record<string, unknown>;

/** Values of all forms of a product by reference; a field never saved has its default. */
export function valuesOf(metadata: ProductMetadata, configuration: StagedConfiguration, choices: Choices): FormValues {
  const values: FormValues = {};
  for (const field of formsOf(metadata).flatMap(allFields)) {
    const stored = readValue(configuration, field.reference);
    values[field.reference] = stored === undefined ? defaultOf(field, choices) : stored;
  }
  return values;
}

/** Default of a field; `*` stands for all AZs, the first AZ or the first network of the director. Null = blank. */
export function defaultOf(field: Field, choices: Choices): unknown {
  const { type, default: preset } = field.blueprint;
  if (type === 'collection')
    return Array.isArray(preset) ? preset.map((record: unknown) => withColumnDefaults(field, record, choices)) : null;
  if (preset !== '*') return preset ?? null;
  if (type === 'service_network_az_multi_select') return [...choices.azs];
  if (type === 'service_network_az_single_select') return choices.azs[0] ?? null;
  return type === 'network_dropdown' ? (choices.networks[0]?.name ?? null) : preset;
}

/** A record with the defaults of the columns it does not name. */
export function withColumnDefaults(field: Field, record: unknown, choices: Choices): Record<string, unknown> {
  const given: Record<string, unknown> = typeof record === 'object' && record !== null ? { ...record } : {};
  for (const column of field.columns) {
    if (given[column.reference] === undefined) given[column.reference] = defaultOf(column, choices);
  }
  return given;
}

/** The stored value of a reference, undefined when none was ever saved. */
export function readValue(configuration: StagedConfiguration, reference: string): unknown {
  if (reference.startsWith('.')) return configuration.properties[reference];
  const [part, name = '', leaf = ''] = reference.split('.');
  if (part === 'errands') {
    const state = configuration.errands[name]?.[leaf === 'pre_delete_state' ? leaf : 'post_deploy_state'];
    return state === undefined ? undefined : String(state);
  }
  if (part === 'resource_config') return readResource(configuration.resource_config[name], leaf);
  const networks = configuration.network_and_azs;
  if (name === 'other_availability_zones') return networks.other_availability_zones?.map((az) => az.name);
  if (name === 'singleton_availability_zone' || name === 'network' || name === 'service_network')
    return networks[name]?.name;
  return undefined;
}

/** The configuration with `values` (normalised) in it; the given one stays as it is. */
export function writeValues(configuration: StagedConfiguration, values: FormValues): StagedConfiguration {
  const next = structuredClone(configuration);
  for (const [reference, value] of Object.entries(values)) writeValue(next, reference, value);
  return next;
}

function writeValue(next: StagedConfiguration, reference: string, value: unknown): void {
  if (reference.startsWith('.')) {
    next.properties[reference] = value;
    return;
  }
  const [part, name = '', leaf = ''] = reference.split('.');
  if (part === 'errands') {
    const state = value === 'true' || value === 'false' ? value === 'true' : 'default';
    next.errands[name] = { ...next.errands[name], [leaf]: state };
    return;
  }
  if (part === 'resource_config') {
    next.resource_config[name] = writeResource(next.resource_config[name], leaf, value);
    return;
  }
  if (name === 'other_availability_zones') {
    next.network_and_azs.other_availability_zones = Array.isArray(value)
      ? value.map((az: unknown) => ({ name: String(az) }))
      : [];
    return;
  }
  if (name === 'singleton_availability_zone' || name === 'network' || name === 'service_network') {
    if (typeof value === 'string' && value !== '') next.network_and_azs[name] = { name: value };
    else delete next.network_and_azs[name];
  }
}

function readResource(resource: ResourceConfig | undefined, leaf: string): unknown {
  if (!resource) return undefined;
  if (leaf === 'instances') return resource.instances === 'automatic' ? undefined : resource.instances;
  return leaf === 'instance_type' ? resource.instance_type.id : resource.persistent_disk?.size_mb;
}

function writeResource(resource: ResourceConfig | undefined, leaf: string, value: unknown): ResourceConfig {
  const next: ResourceConfig = { ...(resource ?? ResourceConfig.parse({})) };
  if (leaf === 'instances') next.instances = typeof value === 'number' ? value : 'automatic';
  else if (leaf === 'instance_type') next.instance_type = { id: String(value ?? AUTOMATIC) };
  else next.persistent_disk = { size_mb: String(value ?? AUTOMATIC) };
  return next;
}
