import { z } from 'zod';
import { CreateClusterRequest } from '#model/cluster.ts';
import { clusterHealth } from '#server/clusters/cluster-health.ts';
import { createCluster } from '#server/clusters/create-cluster.ts';
import { deleteCluster } from '#server/clusters/delete-cluster.ts';
import { listClusters } from '#server/clusters/list-clusters.ts';
import { readCluster } from '#server/clusters/read-cluster.ts';
import { readEtcdLeader } from '#server/clusters/read-etcd-leader.ts';
import { resizeCluster } from '#server/clusters/resize-cluster.ts';
import { readCapacity } from '#server/deployments/read-capacity.ts';
import { readContainerService } from '#server/products/read-container-service.ts';
import { ownProcedure, procedureFor, router, streamFor } from './trpc.ts';

const Name = z.strictObject({ name: z.string().min(1) });

export const clustersRouter = router({
  list: ownProcedure.query(({ ctx }) => listClusters(ctx.tx, ctx.actor)),
  health: ownProcedure.query(({ ctx }) => clusterHealth(ctx.tx, ctx.actor)),
  read: ownProcedure.input(Name).query(({ ctx, input }) => readCluster(ctx.tx, input.name, ctx.actor)),
  /** Instance id of etcd's leader; asks the cluster itself, so outside any transaction. */
  leader: streamFor('view')
    .input(Name)
    .query(({ ctx, input }) => readEtcdLeader(ctx.console.pool, ctx.console.vault, input.name, ctx.actor)),
  service: procedureFor('list-plans').query(({ ctx }) => readContainerService(ctx.tx)),
  capacity: procedureFor('list-plans').query(({ ctx }) => readCapacity(ctx.tx)),
  create: ownProcedure
    .input(CreateClusterRequest)
    .mutation(({ ctx, input }) => createCluster(ctx.tx, input, ctx.actor)),
  resize: ownProcedure
    .input(Name.extend({ workers: z.number().int() }))
    .mutation(({ ctx, input }) => resizeCluster(ctx.tx, input.name, input.workers, ctx.actor)),
  remove: ownProcedure.input(Name).mutation(({ ctx, input }) => deleteCluster(ctx.tx, input.name, ctx.actor)),
});
