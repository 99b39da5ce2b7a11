import { z } from 'zod';
import { PropertyBlueprint } from './property.ts';

/** metadata.yml of a product: Ops Manager's own keys. Keys it has and we do not read are dropped. */

export const PropertyInput = z.object({
  /** `.properties.<name>`, `.<job>.<name>`; a bare name below a selector option or in a collection is relative to it. */
  reference: z.string().min(1),
  label: z.string().min(1),
  description: z.string().default(''),
  placeholder: z.string().default(''),
  get selector_property_inputs(): z.ZodDefault<z.ZodArray<typeof SelectorInput>> {
    return z.array(SelectorInput).default([]);
  },
  get property_inputs(): z.ZodDefault<z.ZodArray<typeof PropertyInput>> {
    return z.array(PropertyInput).default([]);
  },
});
export type PropertyInput = z.infer<typeof PropertyInput>;

export const SelectorInput = z.object({
  /** `.properties.<selector>.<option>`, or the option's name alone. */
  reference: z.string().min(1),
  label: z.string().min(1),
  description: z.string().default(''),
  get property_inputs(): z.ZodDefault<z.ZodArray<typeof PropertyInput>> {
    return z.array(PropertyInput).default([]);
  },
});
export type SelectorInput = z.infer<typeof SelectorInput>;

export const FormType = z.object({
  name: z.string().regex(/^[a-z0-9_-]+$/, 'a form name has lower-case letters, digits, - and _ only'),
  label: z.string().min(1),
  description: z.string().default(''),
  property_inputs: z.array(PropertyInput).default([]),
});
export type FormType = z.infer<typeof FormType>;

const Limits = z.object({ min: z.number().optional(), max: z.number().optional() });

export const ResourceDefinition = z.object({
  name: z.enum(['ram', 'cpu', 'ephemeral_disk', 'persistent_disk']),
  default: z.number().nonnegative(),
  configurable: z.boolean().default(false),
  constraints: Limits.optional(),
});

export const JobType = z.object({
  name: z.string().regex(/^[a-z0-9-]+$/),
  label: z.string().min(1),
  resource_label: z.string().optional(),
  description: z.string().default(''),
  /** Jobs of `jobs/` that run in an instance of this group. */
  templates: z.array(z.object({ name: z.string(), release: z.string().default('') })).default([]),
  instance_definition: z
    .object({
      default: z.number().int().nonnegative(),
      configurable: z.boolean().default(true),
      constraints: Limits.optional(),
    })
    .default({ default: 1, configurable: true }),
  /** Needs of one instance (MiB; cpu in cores): `Automatic` picks the smallest VM type that meets them. */
  resource_definitions: z.array(ResourceDefinition).default([]),
  max_in_flight: z.union([z.number().int().positive(), z.string()]).default(1),
  single_az_only: z.boolean().default(false),
  property_blueprints: z.array(PropertyBlueprint).default([]),
});
export type JobType = z.infer<typeof JobType>;

export const Errand = z.object({
  name: z.string(),
  label: z.string(),
  description: z.string().default(''),
  /** What Default means for this errand. */
  run_default: z.union([z.boolean(), z.enum(['on', 'off', 'when-changed'])]).default(true),
  colocated: z.boolean().default(true),
  /** Group it runs on. */
  instances: z.array(z.string()).default([]),
});
export type Errand = z.infer<typeof Errand>;

export const StemcellCriteria = z.object({
  os: z.string(),
  version: z.union([z.string(), z.number().transform(String)]),
  enable_patch_security_updates: z.boolean().default(true),
});

export const ProductMetadata = z.object({
  name: z.string().regex(/^[a-z0-9][a-z0-9-]*$/, 'a product name has lower-case letters, digits and - only'),
  label: z.string().min(1),
  description: z.string().default(''),
  product_version: z.string().regex(/^\d+(\.\d+)+([-+][0-9A-Za-z.-]+)?$/, 'a product version looks like 1.2.0'),
  metadata_version: z.union([z.string(), z.number().transform(String)]),
  minimum_version_for_upgrade: z.union([z.string(), z.number().transform(String)]).default('0'),
  rank: z.number().default(1),
  /** data: address of an image. */
  icon_image: z.string().startsWith('data:image/').optional(),
  /** true = the product makes deployments on a service network of their own. */
  service_broker: z.boolean().default(false),
  /** false = no Assign AZs and networks form; `singleton` = one AZ and one network only. */
  network_assignment: z.union([z.literal(false), z.enum(['singleton', 'full'])]).default('full'),
  stemcell_criteria: StemcellCriteria.optional(),
  requires_product_versions: z.array(z.object({ name: z.string(), version: z.string() })).default([]),
  form_types: z.array(FormType).default([]),
  property_blueprints: z.array(PropertyBlueprint).default([]),
  job_types: z.array(JobType).default([]),
  post_deploy_errands: z.array(Errand).default([]),
  pre_delete_errands: z.array(Errand).default([]),
});
export type ProductMetadata = z.infer<typeof ProductMetadata>;

const Named = z.object({ name: z.string() });
const ErrandState = z.union([z.boolean(), z.literal('default'), z.literal('when-changed')]);

export const ResourceConfig = z.object({
  instances: z.union([z.number().int().nonnegative(), z.literal('automatic')]).default('automatic'),
  instance_type: z.object({ id: z.string() }).default({ id: 'automatic' }),
  persistent_disk: z.object({ size_mb: z.string() }).optional(),
  internet_connected: z.boolean().optional(),
  elb_names: z.array(z.string()).optional(),
});
export type ResourceConfig = z.infer<typeof ResourceConfig>;

/** Everything an operator sets for a product. Secret leaves are `((references))` into the vault; safe to store, freeze and diff. */
export const StagedConfiguration = z.object({
  /** By full reference: `.properties.pks_api_hostname` → value in om's shape. */
  properties: z.record(z.string(), z.unknown()).default({}),
  network_and_azs: z
    .object({
      singleton_availability_zone: Named.optional(),
      other_availability_zones: z.array(Named).optional(),
      network: Named.optional(),
      service_network: Named.optional(),
    })
    .default({}),
  /** By job type. */
  resource_config: z.record(z.string(), ResourceConfig).default({}),
  errands: z
    .record(
      z.string(),
      z.object({ post_deploy_state: ErrandState.optional(), pre_delete_state: ErrandState.optional() }),
    )
    .default({}),
  /** Version of each form: rises with each save; who saved last. Not part of the diff. */
  forms: z
    .record(z.string(), z.object({ version: z.number().int(), changedBy: z.string(), changedAt: z.string() }))
    .default({}),
});
export type StagedConfiguration = z.infer<typeof StagedConfiguration>;

/**
 * State of a tile. not_configured: forms need values, never applied · ready: complete, never applied · applying · installed: deployed and
 * healthy · attention: deployed, but unhealthy or its staged forms need values · failed: the last apply failed · deleting: leaves with the next apply.
 */
export const TILE_STATES = [
  'not_configured',
  'ready',
  'applying',
  'installed',
  'attention',
  'failed',
  'deleting',
] as const;
export type TileState = (typeof TILE_STATES)[number];

/** A sentence why a tile is not green, with the form and property it belongs to (null = no form). */
export type TileReason = { message: string; form: string | null; property: string | null };

export type FormMark = {
  name: string;
  label: string;
  complete: boolean;
  faults: number;
  staged: boolean;
  changedBy: string | null;
  changedAt: string | null;
};

/** A staged product as the dashboard and the tile page show it. */
export type ProductTile = {
  guid: string;
  slug: string;
  label: string;
  description: string;
  icon: string | null;
  state: TileState;
  reasons: TileReason[];
  stagedVersion: string;
  installedVersion: string | null;
  /** Imported versions newer than the staged one. */
  upgrades: string[];
  forms: FormMark[];
  formsComplete: number;
  instances: { healthy: number; total: number };
  stemcell: string | null;
  pendingCount: number;
  appliedAt: string | null;
  appliedBy: string | null;
  /** The run that is applying it, or whose failure it carries. */
  installationId: number | null;
  taskId: number | null;
  version: number;
};

/** An imported product file that is not on the dashboard (no version of it is staged), or another version of one that is. */
export type AvailableProduct = {
  slug: string;
  label: string;
  version: string;
  description: string;
  digest: string;
  signer: string | null;
  sizeBytes: number;
  importedBy: string;
  importedAt: string;
  staged: boolean;
};

/** What the import page shows before it asks once. */
export type ProductFileReport = {
  slug: string;
  label: string;
  version: string;
  digest: string;
  sizeBytes: number;
  /** Name of the known key that signed it; null = unsigned, or signed by a key nobody here knows. */
  signer: string | null;
  members: number;
  forms: string[];
  scripts: string[];
  privilegedJobs: string[];
};

/** Which deed a tile's state allows; the server enforces it, pages read it. */
export const canProduct = {
  configure: (state: TileState): boolean => state !== 'deleting',
  apply: (state: TileState): boolean => state !== 'not_configured' && state !== 'applying',
  unstage: (state: TileState, slug: string): boolean =>
    slug !== DIRECTOR_SLUG && state !== 'applying' && state !== 'deleting',
  restore: (state: TileState): boolean => state === 'deleting',
  revert: (state: TileState): boolean => state !== 'applying',
} as const;

export const DIRECTOR_SLUG = 'p-bosh';
export const CONTAINER_SERVICE_SLUG = 'pivotal-container-service';
