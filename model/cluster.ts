import { z } from 'zod';

/** Words of the PKS API for what was last done to a cluster. */
export const LAST_ACTIONS = ['CREATE', 'UPDATE', 'UPGRADE', 'DELETE'] as const;
export type LastAction = (typeof LAST_ACTIONS)[number];
export const LAST_ACTION_STATES = ['in progress', 'succeeded', 'failed', 'queued'] as const;
export type LastActionState = (typeof LAST_ACTION_STATES)[number];

export const CLUSTER_NAME_MAX = 63;
export const EXTERNAL_HOSTNAME_MAX = 64;

/** `es_cluster` and `es-cluster` name the same cluster: this is the spelling that must be unique. */
export const normaliseClusterName = (name: string): string => name.toLowerCase().replaceAll('_', '-');

export const ClusterName = z
  .string()
  .min(1, 'name: give the cluster a name')
  .max(CLUSTER_NAME_MAX, `name: at most ${CLUSTER_NAME_MAX} characters`)
  .regex(
    /^[a-zA-Z][a-zA-Z0-9_-]*[a-zA-Z0-9]$/,
    'name: letters, digits, - and _ only; begin with a letter, end with a letter or digit',
  );

export const ExternalHostname = z
  .string()
  .min(1, 'external hostname: give a host name or an address')
  .max(EXTERNAL_HOSTNAME_MAX, `external hostname: at most ${EXTERNAL_HOSTNAME_MAX} characters`)
  .regex(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/, 'external hostname: lower-case letters, digits, dots and dashes only');

export const CreateClusterRequest = z.strictObject({
  name: ClusterName,
  planName: z.string().min(1, 'plan: choose one of the active plans'),
  externalHostname: ExternalHostname,
  port: z.number().int().min(1).max(65535).default(8443),
  workerInstances: z.number().int().min(1, 'worker nodes: at least 1').optional(),
});
export type CreateClusterRequest = z.infer<typeof CreateClusterRequest>;

export const canCluster = {
  resize: (state: LastActionState): boolean => state === 'succeeded',
  delete: (state: LastActionState): boolean => state !== 'in progress',
  credentials: (state: LastActionState): boolean => state !== 'queued',
  retry: (state: LastActionState): boolean => state === 'failed',
} as const;

/** Deployment name of a cluster, as PKS names it. */
export const deploymentOfCluster = (uuid: string): string => `service-instance_${uuid}`;

/** A cluster as pages, CLI and REST show it. */
export type ClusterView = {
  uuid: string;
  name: string;
  planName: string;
  externalHostname: string;
  port: number;
  masterAddress: string | null;
  workerInstances: number;
  masterInstances: number;
  owner: string;
  kubernetesVersion: string;
  lastAction: LastAction;
  lastActionState: LastActionState;
  lastActionDescription: string;
  taskId: number | null;
  createdAt: string;
};
