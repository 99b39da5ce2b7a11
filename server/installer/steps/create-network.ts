import { z } from 'zod';
import { inTransaction } from '#db/transaction.ts';
import { saveNetworkCid } from '#server/networks/network-cid.ts';
import { defineStep } from '../step.ts';

/** Makes a network on the infrastructure and brings its gateway address up on this host. */
export const createNetwork = defineStep({
  input: z.strictObject({ name: z.string(), cidr: z.string(), gateway: z.string() }),
  interruptible: false,
  run: async (context, network) => {
    const cid = await context.cpi.createNetwork(network, { signal: context.signal });
    await inTransaction(context.pool, (tx) => saveNetworkCid(tx, network.name, cid));
    await context.log(`cpi: create_network ${network.name} ${network.cidr} → ${cid}`);
  },
});
