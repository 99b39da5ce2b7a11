/** Rights are groups, named as Ops Manager, BOSH and PKS name them. */
export const OPSMAN_ROLES = [
  'opsman.admin',
  'opsman.full_control',
  'opsman.restricted_control',
  'opsman.full_view',
  'opsman.restricted_view',
] as const;

export const PKS_SCOPES = ['pks.clusters.admin', 'pks.clusters.manage', 'pks.clusters.admin.read'] as const;
export const UAA_SCOPES = [
  'uaa.admin',
  'scim.read',
  'scim.write',
  'clients.read',
  'clients.write',
  'clients.secret',
  'clients.admin',
  'openid',
] as const;
export const BOSH_SCOPES = ['bosh.admin', 'bosh.read'] as const;

/** What can be done; the table in server/identity/authorize.ts says which groups may. */
export const ACTIONS = [
  'view',
  'configure-product',
  'import-product',
  'apply-changes',
  'read-credential',
  'view-users',
  'manage-users',
  'manage-clients',
  'manage-settings',
  'list-plans',
  'view-cluster',
  'create-cluster',
  'update-cluster',
  'delete-cluster',
  'read-kubeconfig',
  'repair',
  'acknowledge-alert',
  'run-drill',
  'use-infrastructure',
  'deploy-sample',
] as const;
export type Action = (typeof ACTIONS)[number];

/** Who does a deed: a user of the console or CLI, a client, or the platform itself. */
export type Actor = { name: string; userId: string | null; groups: readonly string[] };

/** The platform acting by itself (repairs, background builds). */
export const SYSTEM_ACTOR: Actor = { name: 'tessera', userId: null, groups: ['opsman.admin', 'pks.clusters.admin'] };
