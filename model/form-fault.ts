import type { FaultContext, Field, FieldFault } from './field.ts';
import { CREDENTIAL_LEAVES, keepsSecret, SECRET_LEAVES, secretName } from './property.ts';
import { faultOfValue, isBlank, normaliseValue } from './property-value.ts';

const LEAF_LABEL: Record<string, string> = {
  secret: 'secret',
  identity: 'user name',
  password: 'password',
  cert_pem: 'certificate PEM',
  private_key_pem: 'private key PEM',
};
const PEM = {
  cert_pem: /^-----BEGIN CERTIFICATE-----[\s\S]+-----END CERTIFICATE-----\s*$/,
  private_key_pem: /^-----BEGIN (RSA |EC )?PRIVATE KEY-----[\s\S]+-----END (RSA |EC )?PRIVATE KEY-----\s*$/,
} as const;

/** Faults of one shown field, credentials and collections taken apart; paths are `<reference>`, `<reference>.<leaf>`, `<reference>[<row>].<column>`. */
export function faultsOfField(field: Field, path: string, given: unknown, context: FaultContext): FieldFault[] {
  if (!field.blueprint.configurable) return [];
  const value = normaliseValue(field.blueprint, given);
  const fault = (kind: FieldFault['kind'], message: string, at = path): FieldFault => ({
    path: at,
    reference: field.reference,
    message: `${field.label}: ${message}`,
    kind,
  });
  if (CREDENTIAL_LEAVES[field.blueprint.type]) return faultsOfCredential(field, path, value, context, fault);
  if (isBlank(value)) return field.required ? [fault('missing', 'fill it in')] : [];
  if (field.blueprint.type === 'collection') return faultsOfCollection(field, path, value, context, fault);
  const message = faultOfValue(field.blueprint, value, context.choices);
  return message ? [fault('wrong', message)] : [];
}

type MakeFault = (kind: FieldFault['kind'], message: string, at?: string) => FieldFault;

function faultsOfCredential(
  field: Field,
  path: string,
  value: unknown,
  context: FaultContext,
  fault: MakeFault,
): FieldFault[] {
  const leaves = CREDENTIAL_LEAVES[field.blueprint.type] ?? [];
  const secret = SECRET_LEAVES[field.blueprint.type] ?? [];
  if (value !== null && value !== undefined && (typeof value !== 'object' || Array.isArray(value))) {
    return [fault('wrong', `must have the parts ${leaves.join(' and ')}`)];
  }
  const parts: Record<string, unknown> = { ...value };
  const isFilled = (leaf: string): boolean => {
    if (secret.includes(leaf) && keepsSecret(parts[leaf])) return context.isSet(`${path}.${leaf}`);
    return !isBlank(parts[leaf]);
  };
  if (!leaves.some(isFilled)) return field.required ? [fault('missing', 'fill it in')] : [];
  return leaves.flatMap((leaf) => {
    const label = LEAF_LABEL[leaf] ?? leaf;
    if (!isFilled(leaf)) return [fault('missing', `the ${label} is missing`, `${path}.${leaf}`)];
    const part = parts[leaf];
    if (secret.includes(leaf) && (keepsSecret(part) || secretName(part) !== null)) return [];
    if (typeof part !== 'string') return [fault('wrong', `the ${label} must be text`, `${path}.${leaf}`)];
    const message = faultOfLeaf(leaf, label, part);
    return message ? [fault('wrong', message, `${path}.${leaf}`)] : [];
  });
}

function faultOfLeaf(leaf: string, label: string, part: string): string | null {
  if (/^\s*\(\(/.test(part)) return `the ${label} must not be a ((reference)): type the value itself`;
  if ((leaf === 'cert_pem' || leaf === 'private_key_pem') && !PEM[leaf].test(part.trim())) {
    return `the ${label} must be in PEM form, from -----BEGIN to -----END`;
  }
  return null;
}

function faultsOfCollection(
  field: Field,
  path: string,
  value: unknown,
  context: FaultContext,
  fault: MakeFault,
): FieldFault[] {
  if (!Array.isArray(value)) return [fault('wrong', 'must be a list of records')];
  return value.flatMap((record: unknown, row) => {
    if (typeof record !== 'object' || record === null || Array.isArray(record))
      return [fault('wrong', `record ${row + 1} must have fields`, `${path}[${row}]`)];
    const cells: Record<string, unknown> = { ...record };
    return field.columns.flatMap((column) =>
      faultsOfField(column, `${path}[${row}].${column.reference}`, cells[column.reference], context).map((inner) => ({
        ...inner,
        reference: field.reference,
        message: `${field.label}, record ${row + 1}: ${inner.message}`,
      })),
    );
  });
}
