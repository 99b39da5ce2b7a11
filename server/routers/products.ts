import { z } from 'zod';
import { configureForm } from '#server/products/configure-form.ts';
import { listCredentials, revealCredential } from '#server/products/credentials.ts';
import { generateFormCertificate } from '#server/products/generate-form-certificate.ts';
import { listAvailableProducts, listProducts } from '#server/products/list-products.ts';
import { readForm } from '#server/products/read-form.ts';
import { revertChanges } from '#server/products/revert-changes.ts';
import { stageProduct } from '#server/products/stage-product.ts';
import { unstageProduct } from '#server/products/unstage-product.ts';
import { procedureFor, router } from './trpc.ts';

const Guid = z.strictObject({ guid: z.string().min(1) });
const FormOf = Guid.extend({ form: z.string().min(1) });
const ProductFile = z.strictObject({ slug: z.string().min(1), productVersion: z.string().min(1) });
const configuring = procedureFor('configure-product');

export const productsRouter = router({
  list: procedureFor('view').query(({ ctx }) => listProducts(ctx.tx)),
  available: procedureFor('view').query(({ ctx }) => listAvailableProducts(ctx.tx)),

  form: procedureFor('view')
    .input(FormOf)
    .query(({ ctx, input }) => readForm(ctx.tx, input)),

  configure: configuring
    .input(FormOf.extend({ version: z.number().int(), values: z.record(z.string(), z.unknown()) }))
    .mutation(({ ctx, input }) => configureForm(ctx.tx, ctx.console.vault, input, ctx.actor)),

  generateCertificate: configuring
    .input(FormOf.extend({ reference: z.string().min(1), domains: z.array(z.string().min(1).max(253)).min(1).max(50) }))
    .mutation(({ ctx, input }) => generateFormCertificate(ctx.tx, ctx.console.vault, input, ctx.actor)),

  stage: configuring
    .input(ProductFile)
    .mutation(({ ctx, input }) => stageProduct(ctx.tx, ctx.console.vault, input, ctx.actor)),
  unstage: configuring
    .input(Guid)
    .mutation(({ ctx, input }) => unstageProduct(ctx.tx, ctx.console.vault, input, ctx.actor)),
  revert: configuring
    .input(z.strictObject({ guid: z.string().optional() }))
    .mutation(({ ctx, input }) =>
      revertChanges(ctx.tx, ctx.console.vault, input.guid === undefined ? {} : { guid: input.guid }, ctx.actor),
    ),

  credentials: procedureFor('read-credential')
    .input(Guid)
    .query(({ ctx, input }) => listCredentials(ctx.tx, input)),
  /** A mutation, although it reads: it is audited, and must not be answered from a cache. */
  revealCredential: procedureFor('read-credential')
    .input(Guid.extend({ reference: z.string().min(1) }))
    .mutation(({ ctx, input }) => revealCredential(ctx.tx, ctx.console.vault, input, ctx.actor)),
});
