import type { Field } from '#model/field.ts';
import { SECRET_LEAVES } from '#model/property.ts';

/** The changed fields as an `om configure-product` file. Secrets are placeholders, never values. Scalars are JSON, which is YAML. */
export function omConfig(slug: string, fields: readonly Field[], values: Readonly<Record<string, unknown>>): string {
  const properties = fields.filter((field) => field.reference.startsWith('.'));
  const lines = [`# om configure-product -c ${slug}.yml`, `product-name: ${slug}`];
  if (properties.length > 0) lines.push('product-properties:');
  for (const field of properties) {
    lines.push(`  ${field.reference}:`, `    value: ${JSON.stringify(withoutSecrets(field, values[field.reference]))}`);
  }
  const rest = fields.length - properties.length;
  if (rest > 0) lines.push(`# ${rest} more under network-properties, errand-config or resource-config`);
  return lines.join('\n');
}

function withoutSecrets(field: Field, value: unknown): unknown {
  const secret = SECRET_LEAVES[field.blueprint.type];
  if (!secret || typeof value !== 'object' || value === null) return value ?? null;
  const name = field.blueprint.name;
  return Object.fromEntries(
    Object.entries(value).map(([leaf, inner]) => [leaf, secret.includes(leaf) ? `((${name}.${leaf}))` : inner]),
  );
}
