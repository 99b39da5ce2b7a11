import { BOSH_SCOPES, OPSMAN_ROLES, PKS_SCOPES, UAA_SCOPES } from '#model/role.ts';
import type { Issuer } from '#model/user.ts';

/** Hash of no password: `verifyPassword` refuses everything. An *empty* hash would mean a public client. */
export const LOCKED = '!';

/** Every user has these without being a member. */
export const DEFAULT_SCOPES = ['openid', 'roles', 'uaa.user', 'password.write', 'scim.me'] as const;

const DESCRIPTIONS: Record<string, string> = {
  'opsman.admin': 'Everything, users and settings included',
  'opsman.full_control': 'Configure, apply changes, read credentials',
  'opsman.restricted_control': 'Configure and apply changes, no credentials',
  'opsman.full_view': 'Look at everything, credentials included',
  'opsman.restricted_view': 'Look at everything but credentials',
  'pks.clusters.admin': 'All clusters, their credentials included',
  'pks.clusters.manage': 'Own clusters',
  'pks.clusters.admin.read': 'Look at all clusters, no credentials',
  'bosh.admin': 'Everything in the director',
  'bosh.read': 'Look at everything in the director',
  'uaa.admin': 'Users, groups and clients',
};

/** Groups made at set-up. */
export const BUILT_IN_GROUPS = [
  ...OPSMAN_ROLES,
  ...PKS_SCOPES,
  ...BOSH_SCOPES,
  ...UAA_SCOPES,
  'uaa.resource',
  'groups.update',
].map((displayName) => ({
  displayName,
  description: DESCRIPTIONS[displayName] ?? '',
}));

/** Groups of the administrator made at set-up. */
export const ADMINISTRATOR_GROUPS = [
  'opsman.admin',
  'pks.clusters.admin',
  'bosh.admin',
  'uaa.admin',
  'clients.admin',
  'scim.read',
  'scim.write',
];

export type BuiltInClient = {
  issuer: Issuer;
  clientId: string;
  name: string;
  /** Public: an empty secret. Otherwise locked until a secret is set. */
  isPublic: boolean;
  grantTypes: string[];
  scopes: string[];
  authorities: string[];
};

const UAA_ADMINISTRATION = [
  'clients.admin',
  'clients.read',
  'clients.secret',
  'clients.write',
  'scim.read',
  'scim.write',
  'uaa.admin',
  'uaa.resource',
];

export const BUILT_IN_CLIENTS: readonly BuiltInClient[] = [
  {
    issuer: 'opsman',
    clientId: 'opsman',
    name: 'Ops Manager clients',
    isPublic: true,
    grantTypes: ['password', 'refresh_token'],
    scopes: [...OPSMAN_ROLES, 'openid', 'scim.me', 'scim.read', 'scim.write', 'uaa.admin', 'clients.admin'],
    authorities: ['uaa.none'],
  },
  {
    issuer: 'director',
    clientId: 'bosh_cli',
    name: 'bosh',
    isPublic: true,
    grantTypes: ['password', 'refresh_token'],
    scopes: ['openid', ...BOSH_SCOPES],
    authorities: ['uaa.none'],
  },
  {
    issuer: 'pks',
    clientId: 'pks_cli',
    name: 'pks',
    isPublic: true,
    grantTypes: ['password', 'refresh_token'],
    scopes: ['openid', ...PKS_SCOPES],
    authorities: ['uaa.none'],
  },
  {
    issuer: 'pks',
    clientId: 'pks_cluster_client',
    name: 'kubectl',
    isPublic: true,
    grantTypes: ['password', 'refresh_token'],
    scopes: ['openid', 'roles'],
    authorities: ['uaa.none'],
  },
  {
    issuer: 'pks',
    clientId: 'admin',
    name: 'Management admin client',
    isPublic: false,
    grantTypes: ['client_credentials'],
    scopes: ['uaa.none'],
    authorities: UAA_ADMINISTRATION,
  },
];
