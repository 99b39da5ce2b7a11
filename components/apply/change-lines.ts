import type { UiState } from '#components/ui/state-shape.tsx';
import type { PendingChange } from '#model/installation.ts';

/** One line of a diff: sign, what, and old → new where there are values to show. */
export type ChangeLine = {
  key: string;
  sign: string;
  state: UiState;
  title: string;
  before: string | null;
  after: string | null;
  secret: boolean;
};

/** A product's pending changes as lines: the product itself first, then its properties. */
export function changeLines(change: PendingChange): ChangeLine[] {
  const own = productLine(change);
  const properties = change.properties.map((property): ChangeLine => {
    const [sign, state] = signOf(property.before, property.after);
    return {
      key: property.property,
      sign,
      state,
      title: property.label,
      before: property.before,
      after: property.after,
      secret: property.secret,
    };
  });
  return own ? [own, ...properties] : properties;
}

function productLine(change: PendingChange): ChangeLine | null {
  const base = { key: 'product', before: change.fromVersion, after: change.toVersion, secret: false } as const;
  if (change.action === 'install')
    return { ...base, sign: '+', state: 'running', title: `Install ${change.toVersion}`, before: null };
  if (change.action === 'delete')
    return {
      ...base,
      sign: '−',
      state: 'failed',
      title: `Delete ${change.fromVersion ?? change.toVersion}`,
      after: null,
    };
  if (change.fromVersion !== null && change.fromVersion !== change.toVersion)
    return { ...base, sign: '↑', state: 'working', title: `Version ${change.fromVersion} → ${change.toVersion}` };
  return null;
}

function signOf(before: string | null, after: string | null): [string, UiState] {
  if (before === null && after !== null) return ['+', 'running'];
  if (after === null && before !== null) return ['−', 'failed'];
  return ['~', 'attention'];
}

/** "+2 ~1 ↻4 −0 VMs" */
export const vmDiffText = (vms: PendingChange['vms']): string =>
  `+${vms.create.length} ~${vms.update.length} ↻${vms.recreate.length} −${vms.delete.length} VMs`;
