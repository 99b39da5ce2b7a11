import { Liquid } from 'liquidjs';
import type { Manifest, ManifestVariable } from '#model/manifest.ts';
import { TesseraError } from '#server/platform/error.ts';

/** An instance as templates in common name, organization and alternative names see it (`{{ spec.address }}`). */
export type InstanceSpec = {
  id: string;
  name: string;
  group: string;
  index: number;
  az: string;
  address: string;
  hostname: string;
  bootstrap: boolean;
  deployment: string;
  network: string;
  vm_type: string;
};

/** One credential that shall exist: absolute names, nothing left to render. */
export type WantedVariable = {
  name: string;
  type: ManifestVariable['type'];
  /** Absolute name of the certificate that signs it; null for none named. */
  authority: string | null;
  options: Omit<ManifestVariable['options'], 'ca'>;
};

const ENGINE = new Liquid({
  strictVariables: true,
  strictFilters: true,
  ownPropertyOnly: true,
  templates: {},
  parseLimit: 4096,
  renderLimit: 200,
  memoryLimit: 1_000_000,
});

/** Absolute name in the vault of a variable of a deployment; names that begin with a slash are absolute already. */
export const variableName = (deployment: string, name: string): string =>
  name.startsWith('/') ? name : `/tessera/${deployment}/${name}`;

/** Manifest + instances → credentials that shall exist. Pure. Names see `spec` (of one instance, when per instance) and `addresses`. */
export function wantedVariables(
  manifest: Manifest,
  instances: readonly InstanceSpec[],
  addresses: Readonly<Record<string, string>>,
): WantedVariable[] {
  return manifest.variables.flatMap((variable) => {
    const name = variableName(manifest.name, variable.name);
    const authority = variable.options.ca === undefined ? null : variableName(manifest.name, variable.options.ca);
    if (!variable.per_instance) {
      return [{ name, type: variable.type, authority, options: renderOptions(variable, { addresses }) }];
    }
    return instances
      .filter((instance) => variable.groups.length === 0 || variable.groups.includes(instance.group))
      .map((spec) => ({
        name: `${name}/${spec.id}`,
        type: variable.type,
        authority,
        options: renderOptions(variable, { addresses, spec }),
      }));
  });
}

/** Signers before what they sign; throws invalid_input for a ring. */
export function byDependency(wanted: readonly WantedVariable[]): WantedVariable[] {
  const byName = new Map(wanted.map((variable) => [variable.name, variable]));
  const sorted = new Set<WantedVariable>();
  const visit = (variable: WantedVariable, path: readonly string[]): void => {
    if (sorted.has(variable)) return;
    if (path.includes(variable.name)) {
      throw new TesseraError(
        'invalid_input',
        `Variables sign each other in a ring: ${[...path, variable.name].join(' → ')}.`,
      );
    }
    const authority = variable.authority === null ? undefined : byName.get(variable.authority);
    if (authority) visit(authority, [...path, variable.name]);
    sorted.add(variable);
  };
  for (const variable of wanted) visit(variable, []);
  return [...sorted];
}

function renderOptions(variable: ManifestVariable, values: object): WantedVariable['options'] {
  const { ca: _ca, common_name, organization, alternative_names, ...rest } = variable.options;
  const text = (template: string): string => render(variable.name, template, values);
  return {
    ...rest,
    ...(common_name === undefined ? {} : { common_name: text(common_name) }),
    ...(organization === undefined ? {} : { organization: text(organization) }),
    ...(alternative_names === undefined ? {} : { alternative_names: alternative_names.map(text).filter(Boolean) }),
  };
}

function render(variable: string, template: string, values: object): string {
  if (!template.includes('{')) return template;
  try {
    // the engine answers unknown; with text templates it is always a string
    return String(ENGINE.parseAndRenderSync(template, values)).trim();
  } catch (cause) {
    throw new TesseraError('invalid_input', `Variable ${variable}: "${template}" cannot be rendered.`, { cause });
  }
}
