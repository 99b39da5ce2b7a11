import { randomBytes } from 'node:crypto';
import type { Field } from '#model/field.ts';
import {
  CREDENTIAL_LEAVES,
  isCredential,
  keepsSecret,
  SECRET_LEAVES,
  secretName,
  secretReference,
} from '#model/property.ts';

/**
 * Secret leaves of values: taken out before a value is stored (a `((reference))` stays), blanked before it is shown.
 * Each new value gets a new vault name, so that the staged, the deployed and a frozen configuration each keep theirs.
 */
export type NewSecretLeaf = { name: string; value: string; shown: Record<string, unknown> };

export type SealedValue = { stored: unknown; put: NewSecretLeaf[] };

/** Vault folder of a product. */
export const vaultFolder = (guid: string): string => `/products/${guid}/`;

/**
 * `given` (plain secrets, or blanks that keep) over `current` (references) → what to store and what to put into the vault.
 * `sameAs(name, value)` tells that a secret is sent again unchanged. `null` for a credential clears it.
 */
export async function sealValue(
  field: Field,
  given: unknown,
  current: unknown,
  guid: string,
  sameAs: (name: string, value: string) => Promise<boolean>,
): Promise<SealedValue> {
  const base = `${vaultFolder(guid)}${field.reference.split('.').filter(Boolean).join('/')}`;
  if (field.blueprint.type === 'collection') return sealRecords(field, given, current, base, sameAs);
  if (!isCredential(field.blueprint.type)) return { stored: given, put: [] };
  return sealCredential(field, given, current, base, sameAs);
}

async function sealCredential(
  field: Field,
  given: unknown,
  current: unknown,
  base: string,
  sameAs: (name: string, value: string) => Promise<boolean>,
): Promise<SealedValue> {
  if (given === null) return { stored: null, put: [] };
  const parts = recordOf(given);
  const before = recordOf(current);
  const secret = SECRET_LEAVES[field.blueprint.type] ?? [];
  const stored: Record<string, unknown> = {};
  const put: NewSecretLeaf[] = [];
  for (const leaf of CREDENTIAL_LEAVES[field.blueprint.type] ?? []) {
    const part = parts[leaf];
    if (!secret.includes(leaf)) {
      const text = part === undefined ? before[leaf] : part;
      if (typeof text === 'string' && text.trim() !== '') stored[leaf] = text.trim();
      continue;
    }
    const kept = await keptReference(part, before[leaf], sameAs);
    if (kept !== undefined) stored[leaf] = kept;
    if (kept !== undefined || typeof part !== 'string' || keepsSecret(part)) continue;
    const name = `${base}/${leaf}/${randomBytes(4).toString('hex')}`;
    stored[leaf] = secretReference(name);
    put.push({ name, value: part, shown: {} });
  }
  return { stored: Object.keys(stored).length > 0 ? stored : null, put };
}

/** The stored reference when the leaf was left blank or sent again unchanged. */
async function keptReference(
  part: unknown,
  before: unknown,
  sameAs: (name: string, value: string) => Promise<boolean>,
): Promise<unknown> {
  const known = secretName(before);
  if (known === null) return undefined;
  const stays = typeof part !== 'string' || keepsSecret(part) || (await sameAs(known, part));
  return stays ? before : undefined;
}

async function sealRecords(
  field: Field,
  given: unknown,
  current: unknown,
  base: string,
  sameAs: (name: string, value: string) => Promise<boolean>,
): Promise<SealedValue> {
  if (!Array.isArray(given)) return { stored: null, put: [] };
  const before = Array.isArray(current) ? current.map(recordOf) : [];
  const put: NewSecretLeaf[] = [];
  const stored: Record<string, unknown>[] = [];
  for (const member of given) {
    const record = recordOf(member);
    const old =
      before.find((candidate) => candidate.guid !== undefined && candidate.guid === record.guid) ??
      before.find((candidate) => candidate.name !== undefined && candidate.name === record.name);
    const guid = String(old?.guid ?? randomBytes(8).toString('hex'));
    const next: Record<string, unknown> = { guid };
    for (const column of field.columns) {
      const cell = record[column.reference];
      if (!isCredential(column.blueprint.type)) {
        next[column.reference] = cell ?? null;
        continue;
      }
      const sealed = await sealCredential(
        column,
        cell,
        old?.[column.reference],
        `${base}/${guid}/${column.reference}`,
        sameAs,
      );
      next[column.reference] = sealed.stored;
      put.push(...sealed.put);
    }
    stored.push(next);
  }
  return { stored, put };
}

/** A stored value with its secret leaves blank, and the vault name of each that is set by path. */
export function maskValue(
  field: Field,
  path: string,
  stored: unknown,
): { shown: unknown; secrets: Record<string, string> } {
  if (field.blueprint.type === 'collection') return maskRecords(field, path, stored);
  if (!isCredential(field.blueprint.type) || stored === null || stored === undefined)
    return { shown: stored ?? null, secrets: {} };
  const parts = recordOf(stored);
  const secret = SECRET_LEAVES[field.blueprint.type] ?? [];
  const secrets: Record<string, string> = {};
  const shown: Record<string, unknown> = {};
  for (const leaf of CREDENTIAL_LEAVES[field.blueprint.type] ?? []) {
    const name = secretName(parts[leaf]);
    if (name !== null) secrets[`${path}.${leaf}`] = name;
    shown[leaf] = secret.includes(leaf) ? '' : (parts[leaf] ?? '');
  }
  return { shown, secrets };
}

function maskRecords(field: Field, path: string, stored: unknown): { shown: unknown; secrets: Record<string, string> } {
  if (!Array.isArray(stored)) return { shown: stored ?? null, secrets: {} };
  const secrets: Record<string, string> = {};
  const shown = stored.map((member: unknown, row) => {
    const record = recordOf(member);
    const next: Record<string, unknown> = { guid: record.guid };
    for (const column of field.columns) {
      const masked = maskValue(column, `${path}[${row}].${column.reference}`, record[column.reference]);
      next[column.reference] = masked.shown;
      Object.assign(secrets, masked.secrets);
    }
    return next;
  });
  return { shown, secrets };
}

/** Vault names that a stored configuration refers to. */
export function secretNamesIn(value: unknown): Set<string> {
  const names = new Set<string>();
  const walk = (member: unknown): void => {
    const name = secretName(member);
    if (name !== null) names.add(name);
    if (typeof member === 'object' && member !== null) Object.values(member).forEach(walk);
  };
  walk(value);
  return names;
}

const recordOf = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
