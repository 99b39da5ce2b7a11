import type { Action, Actor } from '#model/role.ts';
import { TesseraError } from '#server/platform/error.ts';

/**
 * The one table of rights: which groups may do what. The console asks it to grey out buttons, every domain function to refuse.
 * `own` groups may only act on what the actor made.
 */
type Right = { groups: readonly string[]; own?: readonly string[] };

const OPSMAN_ALL = [
  'opsman.admin',
  'opsman.full_control',
  'opsman.restricted_control',
  'opsman.full_view',
  'opsman.restricted_view',
] as const;
const OPSMAN_WRITERS = ['opsman.admin', 'opsman.full_control', 'opsman.restricted_control'] as const;

const RIGHTS = {
  view: { groups: OPSMAN_ALL },
  'configure-product': { groups: OPSMAN_WRITERS },
  // jobs of a product file run as root in its VMs
  'import-product': { groups: ['opsman.admin'] },
  'apply-changes': { groups: OPSMAN_WRITERS },
  // "restricted" means no credentials, neither on the page nor from the API
  'read-credential': { groups: ['opsman.admin', 'opsman.full_control', 'opsman.full_view'] },
  'view-users': { groups: ['opsman.admin', 'uaa.admin', 'scim.read', 'scim.write'] },
  'manage-users': { groups: ['opsman.admin', 'uaa.admin', 'scim.write'] },
  'manage-clients': { groups: ['opsman.admin', 'uaa.admin', 'clients.admin', 'clients.write'] },
  'manage-settings': { groups: ['opsman.admin'] },
  'list-plans': { groups: ['pks.clusters.admin', 'pks.clusters.manage', 'pks.clusters.admin.read', ...OPSMAN_ALL] },
  'view-cluster': {
    groups: ['pks.clusters.admin', 'pks.clusters.admin.read', ...OPSMAN_ALL],
    own: ['pks.clusters.manage'],
  },
  'create-cluster': { groups: ['pks.clusters.admin', 'pks.clusters.manage'] },
  'update-cluster': { groups: ['pks.clusters.admin'], own: ['pks.clusters.manage'] },
  'delete-cluster': { groups: ['pks.clusters.admin'], own: ['pks.clusters.manage'] },
  'read-kubeconfig': { groups: ['pks.clusters.admin'], own: ['pks.clusters.manage'] },
  repair: { groups: OPSMAN_WRITERS },
  'acknowledge-alert': { groups: OPSMAN_WRITERS },
  'run-drill': { groups: OPSMAN_WRITERS },
  'use-infrastructure': { groups: ['opsman.admin', 'opsman.full_control'] },
  'deploy-sample': { groups: [...OPSMAN_WRITERS, 'pks.clusters.admin'], own: ['pks.clusters.manage'] },
} as const satisfies Record<Action, Right>;

const DEEDS = {
  view: 'look at this installation',
  'configure-product': 'configure products',
  'import-product': 'import products',
  'apply-changes': 'apply changes',
  'read-credential': 'read credentials',
  'view-users': 'look at users',
  'manage-users': 'manage users',
  'manage-clients': 'manage clients',
  'manage-settings': 'change settings',
  'list-plans': 'list plans',
  'view-cluster': 'look at this cluster',
  'create-cluster': 'create clusters',
  'update-cluster': 'update this cluster',
  'delete-cluster': 'delete this cluster',
  'read-kubeconfig': 'get credentials of this cluster',
  repair: 'repair instances',
  'acknowledge-alert': 'acknowledge or mute alerts',
  'run-drill': 'run drills',
  'use-infrastructure': 'switch VMs off and on',
  'deploy-sample': 'deploy samples on this cluster',
} as const satisfies Record<Action, string>;

/** `ownedBy` is the name of the user or client who made the thing. */
export type RightScope = { ownedBy?: string | undefined };

/** May this actor do this? Pure; the same answer greys out a button and refuses a request. */
export function may(actor: Actor, action: Action, scope: RightScope = {}): boolean {
  const right: Right = RIGHTS[action];
  if (right.groups.some((group) => actor.groups.includes(group))) return true;
  return (
    scope.ownedBy !== undefined &&
    scope.ownedBy === actor.name &&
    (right.own ?? []).some((group) => actor.groups.includes(group))
  );
}

/** Throws forbidden, naming the groups of which one is missing. */
export function authorize(actor: Actor, action: Action, scope: RightScope = {}): void {
  if (may(actor, action, scope)) return;
  const right: Right = RIGHTS[action];
  const own = right.own && right.own.length > 0 ? ` (or ${right.own.join(', ')} for your own)` : '';
  throw new TesseraError(
    'forbidden',
    `${actor.name} may not ${DEEDS[action]}: that takes ${oneOf(toldOf(right.groups))}${own}. Ask an administrator to add ${actor.name} to that group.`,
  );
}

/** Of rights on clusters only the API's own groups are told: nobody joins the console for the sake of a cluster. */
function toldOf(groups: readonly string[]): readonly string[] {
  const own = groups.filter((group) => group.startsWith('pks.'));
  return own.length > 0 ? own : groups;
}

function oneOf(groups: readonly string[]): string {
  if (groups.length === 1) return `the group ${groups[0]}`;
  return `one of the groups ${groups.slice(0, -1).join(', ')} or ${groups.at(-1)}`;
}
