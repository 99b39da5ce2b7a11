import { z } from 'zod';

/**
 * Property blueprints: the one source of a tile's fields. zod check, form field, om JSON and docs derive from them.
 * Keys and type names are those of the Ops Manager tile format.
 */
export const PROPERTY_TYPES = [
  'string',
  'text',
  'secret',
  'integer',
  'boolean',
  'dropdown_select',
  'multi_select_options',
  'selector',
  'collection',
  'simple_credentials',
  'salted_credentials',
  'rsa_cert_credentials',
  'rsa_pkey_credentials',
  'uuid',
  'ca_certificate',
  'network_address',
  'network_address_list',
  'ip_address',
  'ip_ranges',
  'domain',
  'wildcard_domain',
  'port',
  'http_url',
  'ldap_url',
  'email',
  'smtp_authentication',
  'string_list',
  'vm_type_dropdown',
  'disk_type_dropdown',
  'service_network_az_multi_select',
  'service_network_az_single_select',
  'stemcell_selector',
  /** Ours, for the form Assign AZs and networks. */
  'network_dropdown',
] as const;
export type PropertyType = (typeof PROPERTY_TYPES)[number];

/** Type names of blueprints, refusing others by name. */
const TypeName = z.enum(PROPERTY_TYPES, {
  error: (issue) => `unknown blueprint type ${JSON.stringify(issue.input)}; known types: ${PROPERTY_TYPES.join(', ')}`,
});

/** Limits of an integer; every key is optional. */
export const NumberLimits = z.object({
  min: z.number().optional(),
  max: z.number().optional(),
  modulo: z.number().int().positive().optional(),
  power_of_two: z.boolean().optional(),
  zero_or_min: z.number().optional(),
  can_only_be_odd_or_zero: z.boolean().optional(),
  can_only_increase: z.boolean().optional(),
});
export type NumberLimits = z.infer<typeof NumberLimits>;

/** A rule on text, tried in order; the first that fails gives the message. */
export const TextRule = z.union([
  z.object({ must_match_regex: z.string().max(500), error_message: z.string().default('has the wrong form') }),
  z.object({
    must_be_cron_schedule: z.literal(true),
    error_message: z.string().default('must be a cron schedule such as "0 3 * * *"'),
  }),
]);
export type TextRule = z.infer<typeof TextRule>;

const Name = z.string().regex(/^[A-Za-z0-9_-]+$/, 'a property name has letters, digits, - and _ only');
const ChoiceName = z.union([z.string(), z.number().transform(String), z.boolean().transform(String)]);

export const PropertyBlueprint = z.object({
  name: Name,
  type: TypeName,
  /** false = generated, shown on the Credentials tab only. */
  configurable: z.boolean().default(true),
  /** true = may be blank. */
  optional: z.boolean().default(false),
  default: z.unknown().optional(),
  /** Cannot change after the first deploy. */
  freeze_on_deploy: z.boolean().default(false),
  display_type: z.enum(['text_area']).optional(),
  constraints: z.union([NumberLimits, z.array(TextRule)]).optional(),
  options: z.array(z.object({ name: ChoiceName, label: z.string() })).default([]),
  /** Groups of a selector. */
  get option_templates(): z.ZodDefault<z.ZodArray<typeof OptionTemplate>> {
    return z.array(OptionTemplate).default([]);
  },
  /** Fields of one record of a collection. */
  get property_blueprints(): z.ZodDefault<z.ZodArray<typeof PropertyBlueprint>> {
    return z.array(PropertyBlueprint).default([]);
  },
});
export type PropertyBlueprint = z.infer<typeof PropertyBlueprint>;

export const OptionTemplate = z.object({
  name: Name,
  select_value: ChoiceName,
  get property_blueprints(): z.ZodDefault<z.ZodArray<typeof PropertyBlueprint>> {
    return z.array(PropertyBlueprint).default([]);
  },
});
export type OptionTemplate = z.infer<typeof OptionTemplate>;

/** Leaves of a value that are secrets: sealed in the vault, written only, never shown. */
export const SECRET_LEAVES: Partial<Record<PropertyType, readonly string[]>> = {
  secret: ['secret'],
  simple_credentials: ['password'],
  salted_credentials: ['password', 'salt', 'hash'],
  rsa_cert_credentials: ['private_key_pem'],
  rsa_pkey_credentials: ['private_key_pem'],
};

/** All leaves of a credential value, the public ones first. */
export const CREDENTIAL_LEAVES: Partial<Record<PropertyType, readonly string[]>> = {
  secret: ['secret'],
  simple_credentials: ['identity', 'password'],
  salted_credentials: ['identity', 'password', 'salt', 'hash'],
  rsa_cert_credentials: ['cert_pem', 'private_key_pem'],
  rsa_pkey_credentials: ['public_key_pem', 'private_key_pem'],
};

export const isCredential = (type: PropertyType): boolean => type in CREDENTIAL_LEAVES;

/** What a stored secret leaf looks like in rows, plans and manifests: a name, never the value. */
const REFERENCE = /^\(\((\/[^()\s]+)\)\)$/;
export const secretReference = (name: string): string => `((${name}))`;
/** Vault name of a reference, or null when `value` is none. */
export const secretName = (value: unknown): string | null =>
  typeof value === 'string' ? (REFERENCE.exec(value)?.[1] ?? null) : null;

/** Placeholder that REST clients get and may send back for a secret that stays. */
export const MASK = '***';

/** A leaf sent by a form or client that leaves the stored secret as it is. */
export const keepsSecret = (leaf: unknown): boolean => leaf === undefined || leaf === '' || leaf === MASK;

/** What dropdowns offer besides the tile's own options: from the staged director. */
export const Choices = z.object({
  azs: z.array(z.string()),
  networks: z.array(z.object({ name: z.string(), azs: z.array(z.string()) })),
  vmTypes: z.array(z.object({ name: z.string(), label: z.string() })),
  /** MiB as text. */
  diskTypes: z.array(z.object({ name: z.string(), label: z.string() })),
});
export type Choices = z.infer<typeof Choices>;

export const NO_CHOICES: Choices = { azs: [], networks: [], vmTypes: [], diskTypes: [] };

/** A dropdown value that lets the platform choose the smallest that fits. */
export const AUTOMATIC = 'automatic';

/** Option of a selector by its select_value, or by its own name as om's `selected_option` gives it. */
export function selectedOption(blueprint: PropertyBlueprint, value: unknown): OptionTemplate | undefined {
  return (
    blueprint.option_templates.find((option) => option.select_value === String(value)) ??
    blueprint.option_templates.find((option) => option.name === String(value))
  );
}
