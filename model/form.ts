import type { FaultContext, Field, FieldFault } from './field.ts';
import { faultsOfField } from './form-fault.ts';
import type { FormType, JobType, ProductMetadata, PropertyInput } from './product.ts';
import { type Choices, type PropertyBlueprint, selectedOption } from './property.ts';

export type Form = {
  name: string;
  label: string;
  description: string;
  kind: 'properties' | 'network' | 'errands' | 'resources';
  fields: Field[];
};

/** Names of the forms that every tile has without declaring them; an entry of form_types with such a name sets their place and label. */
export const NETWORK_FORM = 'network_and_azs';
export const ERRANDS_FORM = 'errands';
export const RESOURCES_FORM = 'resource_config';

/** What the server gives a page for one form. Secret leaves are '' in all three value maps; `secrets` says which are set and since when. */
export type FormView = {
  guid: string;
  slug: string;
  form: Form;
  /** Version of this form; send it back with the values. */
  version: number;
  changedBy: string | null;
  changedAt: string | null;
  values: Record<string, unknown>;
  defaults: Record<string, unknown>;
  /** Values of the last apply, null before the first. */
  deployed: Record<string, unknown> | null;
  /** By path of the secret leaf (`.properties.x.secret`, `.properties.c[0].password.secret`). */
  secrets: Record<string, { setAt: string }>;
  /** References that can no longer change. */
  locked: string[];
  choices: Choices;
  faults: FieldFault[];
};

/** Metadata is read-only once parsed: its forms are made once. */
const made = new WeakMap<ProductMetadata, Form[]>();

/** All forms of a product, in the order of the tile. */
export function formsOf(metadata: ProductMetadata): Form[] {
  const known = made.get(metadata);
  if (known) return known;
  const forms = makeForms(metadata);
  made.set(metadata, forms);
  return forms;
}

function makeForms(metadata: ProductMetadata): Form[] {
  const built = new Map<string, Form>();
  for (const form of [networkForm(metadata), errandsForm(metadata), resourcesForm(metadata)]) {
    if (form) built.set(form.name, form);
  }
  const declared = metadata.form_types.map((type) => {
    const inherent = built.get(type.name);
    if (!inherent) return declaredForm(metadata, type);
    built.delete(type.name);
    return { ...inherent, label: type.label, description: type.description };
  });
  const network = built.get(NETWORK_FORM);
  const rest = [built.get(ERRANDS_FORM), built.get(RESOURCES_FORM)].filter((form) => form !== undefined);
  return [...(network ? [network] : []), ...declared, ...rest];
}

/** True when every selector above the field has the value that shows it. */
export const isShown = (field: Field, values: Record<string, unknown>): boolean =>
  field.shownWhen.every((condition) => values[condition.reference] === condition.value);

/** Every field of a form, those of selector groups included, in page order. */
export function allFields(form: { fields: Field[] }): Field[] {
  const walk = (fields: Field[]): Field[] =>
    fields.flatMap((field) => [field, ...field.groups.flatMap((group) => walk(group.fields))]);
  return walk(form.fields);
}

/** Faults of the shown fields of a form. `values` holds every selector that its fields depend on. */
export function faultsOfForm(form: Form, values: Record<string, unknown>, context: FaultContext): FieldFault[] {
  return allFields(form)
    .filter((field) => isShown(field, values))
    .flatMap((field) => faultsOfField(field, field.reference, values[field.reference], context));
}

/** A blueprint by its full reference, with the selectors above it; null when the tile has none. */
export function findBlueprint(
  metadata: ProductMetadata,
  reference: string,
): { blueprint: PropertyBlueprint; shownWhen: Field['shownWhen'] } | null {
  const [, root, ...path] = reference.split('.');
  let blueprints =
    root === 'properties'
      ? metadata.property_blueprints
      : metadata.job_types.find((job) => job.name === root)?.property_blueprints;
  const shownWhen: Field['shownWhen'] = [];
  let at = `.${root}`;
  for (let index = 0; index < path.length; index += 2) {
    const blueprint = blueprints?.find((candidate) => candidate.name === path[index]);
    if (!blueprint) return null;
    at += `.${blueprint.name}`;
    const optionName = path[index + 1];
    if (optionName === undefined) return { blueprint, shownWhen };
    const option = selectedOption(blueprint, optionName);
    if (!option) return null;
    shownWhen.push({ reference: at, value: option.select_value });
    at += `.${option.name}`;
    blueprints = option.property_blueprints;
  }
  return null;
}

/** "(min: 1, max: 5)" for the label, or '' without limits. */
export function limitsText(blueprint: PropertyBlueprint): string {
  if (!blueprint.constraints || Array.isArray(blueprint.constraints)) return '';
  const { min, max } = blueprint.constraints;
  const parts = [min === undefined ? null : `min: ${min}`, max === undefined ? null : `max: ${max}`].filter(
    (part) => part !== null,
  );
  return parts.length > 0 ? `(${parts.join(', ')})` : '';
}

function declaredForm(metadata: ProductMetadata, type: FormType): Form {
  return {
    name: type.name,
    label: type.label,
    description: type.description,
    kind: 'properties',
    fields: type.property_inputs.map((input) => declaredField(metadata, type.name, input, '')),
  };
}

function declaredField(metadata: ProductMetadata, form: string, input: PropertyInput, parent: string): Field {
  const reference = input.reference.startsWith('.') ? input.reference : `${parent}.${input.reference}`;
  const found = findBlueprint(metadata, reference);
  if (!found) throw new Error(`form ${form}: no property blueprint for ${reference}`);
  const field = fieldOf(reference, found.blueprint, input);
  field.shownWhen = found.shownWhen;
  field.groups = found.blueprint.option_templates.map((option) => {
    const group = input.selector_property_inputs.find((candidate) =>
      [option.name, `${reference}.${option.name}`].includes(candidate.reference),
    );
    return {
      value: option.select_value,
      name: option.name,
      label: group?.label ?? option.select_value,
      description: group?.description ?? '',
      fields: (group?.property_inputs ?? []).map((inner) =>
        declaredField(metadata, form, inner, `${reference}.${option.name}`),
      ),
    };
  });
  if (field.groups.length > 0)
    field.options = field.groups.map((group) => ({ value: group.value, label: group.label }));
  field.columns = found.blueprint.property_blueprints.map((column) => {
    const inner = input.property_inputs.find((candidate) => candidate.reference === column.name);
    return fieldOf(column.name, column, inner ?? { label: column.name, description: '', placeholder: '' });
  });
  return field;
}

/** A field of a blueprint; selector groups and columns are filled in by the caller. */
export function fieldOf(
  reference: string,
  blueprint: PropertyBlueprint,
  input: { label: string; description?: string; placeholder?: string },
): Field {
  return {
    reference,
    label: input.label,
    description: input.description ?? '',
    placeholder: input.placeholder ?? '',
    blueprint,
    required: !blueprint.optional && blueprint.type !== 'boolean' && blueprint.type !== 'multi_select_options',
    options: blueprint.options.map((option) => ({ value: option.name, label: option.label })),
    groups: [],
    columns: [],
    shownWhen: [],
  };
}

/** A field that no blueprint of the tile declares. */
function inherentField(
  reference: string,
  label: string,
  blueprint: Partial<PropertyBlueprint> & Pick<PropertyBlueprint, 'type'>,
  description = '',
): Field {
  const whole: PropertyBlueprint = {
    name: reference.split('.').at(-1) ?? reference,
    configurable: true,
    optional: false,
    freeze_on_deploy: false,
    options: [],
    option_templates: [],
    property_blueprints: [],
    ...blueprint,
  };
  return fieldOf(reference, whole, { label, description });
}

function networkForm(metadata: ProductMetadata): Form | null {
  if (metadata.network_assignment === false) return null;
  const fields = [
    inherentField(
      'network_and_azs.singleton_availability_zone',
      'Place singleton jobs in',
      { type: 'service_network_az_single_select', default: '*', freeze_on_deploy: true },
      'AZ of jobs that have one instance only.',
    ),
  ];
  if (metadata.network_assignment === 'full') {
    fields.push(
      inherentField('network_and_azs.other_availability_zones', 'Balance other jobs in', {
        type: 'service_network_az_multi_select',
        default: '*',
      }),
    );
  }
  fields.push(
    inherentField('network_and_azs.network', 'Network', {
      type: 'network_dropdown',
      default: '*',
      freeze_on_deploy: true,
    }),
  );
  if (metadata.service_broker) {
    fields.push(
      inherentField(
        'network_and_azs.service_network',
        'Service network',
        { type: 'network_dropdown', default: '*', freeze_on_deploy: true },
        'Network of the clusters that this product makes.',
      ),
    );
  }
  return {
    name: NETWORK_FORM,
    label: 'Assign AZs and networks',
    description: 'Where the VMs of this product run.',
    kind: 'network',
    fields,
  };
}

function errandsForm(metadata: ProductMetadata): Form | null {
  const fields = [
    ...metadata.post_deploy_errands.map((errand) => errandField(errand, 'post_deploy_state', 'after deploying')),
    ...metadata.pre_delete_errands.map((errand) => errandField(errand, 'pre_delete_state', 'before deleting')),
  ];
  if (fields.length === 0) return null;
  return {
    name: ERRANDS_FORM,
    label: 'Errands',
    description: 'Scripts that run once after deploying or before deleting.',
    kind: 'errands',
    fields,
  };
}

function errandField(errand: ProductMetadata['post_deploy_errands'][number], state: string, when: string): Field {
  const on = errand.run_default === true || errand.run_default === 'on';
  const options = [
    { name: 'default', label: `Default (${on ? 'On' : 'Off'})` },
    { name: 'true', label: 'On' },
    { name: 'false', label: 'Off' },
  ];
  return inherentField(
    `errands.${errand.name}.${state}`,
    `${errand.label} (${when})`,
    { type: 'dropdown_select', options, default: 'default' },
    errand.description,
  );
}

function resourcesForm(metadata: ProductMetadata): Form | null {
  if (metadata.job_types.length === 0) return null;
  return {
    name: RESOURCES_FORM,
    label: 'Resource config',
    description: 'Number and size of the VMs of this product. Automatic is the smallest that meets the need.',
    kind: 'resources',
    fields: metadata.job_types.flatMap(resourceFields),
  };
}

function resourceFields(job: JobType): Field[] {
  const prefix = `resource_config.${job.name}`;
  const label = job.resource_label ?? job.label;
  const fields = [
    inherentField(`${prefix}.instances`, `${label}: instances`, {
      type: 'integer',
      default: job.instance_definition.default,
      constraints: job.instance_definition.constraints ?? { min: 0 },
      configurable: job.instance_definition.configurable,
    }),
    inherentField(`${prefix}.instance_type`, `${label}: VM type`, { type: 'vm_type_dropdown', default: 'automatic' }),
  ];
  if (job.resource_definitions.some((definition) => definition.name === 'persistent_disk')) {
    fields.push(
      inherentField(`${prefix}.persistent_disk`, `${label}: persistent disk`, {
        type: 'disk_type_dropdown',
        default: 'automatic',
      }),
    );
  }
  return fields;
}
