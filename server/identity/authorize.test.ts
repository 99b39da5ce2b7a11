import { describe, expect, test } from 'vitest';
import { ACTIONS, type Action, type Actor, OPSMAN_ROLES, PKS_SCOPES, SYSTEM_ACTOR } from '#model/role.ts';
import { authorize, may } from './authorize.ts';

const actor = (...groups: string[]): Actor => ({ name: 'kim', userId: null, groups });

/** What each group may do with things of others; written out again on purpose, as the role guides say it. */
const EXPECTED: Record<string, readonly Action[]> = {
  'opsman.admin': [
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
    'repair',
    'acknowledge-alert',
    'run-drill',
    'use-infrastructure',
    'deploy-sample',
  ],
  'opsman.full_control': [
    'view',
    'configure-product',
    'apply-changes',
    'read-credential',
    'list-plans',
    'view-cluster',
    'repair',
    'acknowledge-alert',
    'run-drill',
    'use-infrastructure',
    'deploy-sample',
  ],
  // drills are for support staff; the power switch is not
  'opsman.restricted_control': [
    'view',
    'configure-product',
    'apply-changes',
    'list-plans',
    'view-cluster',
    'repair',
    'acknowledge-alert',
    'run-drill',
    'deploy-sample',
  ],
  'opsman.full_view': ['view', 'read-credential', 'list-plans', 'view-cluster'],
  'opsman.restricted_view': ['view', 'list-plans', 'view-cluster'],
  'pks.clusters.admin': [
    'list-plans',
    'view-cluster',
    'create-cluster',
    'update-cluster',
    'delete-cluster',
    'read-kubeconfig',
    'deploy-sample',
  ],
  'pks.clusters.manage': ['list-plans', 'create-cluster'],
  'pks.clusters.admin.read': ['list-plans', 'view-cluster'],
  'scim.read': ['view-users'],
  'no.such.group': [],
};

describe('rights', () => {
  test.each(Object.entries(EXPECTED))('%s', (group, actions) => {
    expect(ACTIONS.filter((action) => may(actor(group), action))).toEqual(
      ACTIONS.filter((action) => actions.includes(action)),
    );
  });

  test('every role of console and API is in the table above', () => {
    for (const role of [...OPSMAN_ROLES, ...PKS_SCOPES]) expect(Object.keys(EXPECTED)).toContain(role);
  });

  test('pks.clusters.manage does everything with its own clusters and nothing with those of others', () => {
    const deeds = ['view-cluster', 'update-cluster', 'delete-cluster', 'read-kubeconfig'] as const;
    for (const deed of deeds) {
      expect(may(actor('pks.clusters.manage'), deed, { ownedBy: 'kim' })).toBe(true);
      expect(may(actor('pks.clusters.manage'), deed, { ownedBy: 'lee' })).toBe(false);
      // owning without the group gives nothing
      expect(may(actor('pks.clusters.admin.read'), deed, { ownedBy: 'kim' })).toBe(deed === 'view-cluster');
    }
  });

  test('the platform itself may do everything it does', () => {
    for (const action of ACTIONS) expect(may(SYSTEM_ACTOR, action)).toBe(true);
  });

  test('a refusal names who, what and the groups', () => {
    expect(() => authorize(actor('opsman.full_view'), 'import-product')).toThrow(
      'kim may not import products: that takes the group opsman.admin. Ask an administrator to add kim to that group.',
    );
    expect(() => authorize(actor(), 'delete-cluster', { ownedBy: 'lee' })).toThrow(
      'takes the group pks.clusters.admin (or pks.clusters.manage for your own)',
    );
    expect(() => authorize(actor(), 'read-credential')).toThrow(
      'one of the groups opsman.admin, opsman.full_control or opsman.full_view',
    );
  });
});
