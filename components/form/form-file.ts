import type { Field } from '#model/field.ts';
import { SECRET_LEAVES } from '#model/property.ts';

/** The changed fields as the file that `tessera form` saves. Secrets stay `***` (kept as they are), never values. Scalars are JSON, which is YAML. */
export function formFile(
  place: { slug: string; form: string },
  fields: readonly Field[],
  values: Readonly<Record<string, unknown>>,
): string {
  return [
    `# tessera form ${place.slug} ${place.form} --file ${place.form}.yml`,
    ...fields.map((field) => `${field.reference}: ${JSON.stringify(withoutSecrets(field, values[field.reference]))}`),
  ].join('\n');
}

function withoutSecrets(field: Field, value: unknown): unknown {
  const secret = SECRET_LEAVES[field.blueprint.type];
  if (!secret || typeof value !== 'object' || value === null) return value ?? null;
  return Object.fromEntries(
    Object.entries(value).map(([leaf, inner]) => [leaf, secret.includes(leaf) ? '***' : inner]),
  );
}
