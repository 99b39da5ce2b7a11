import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { ProductFileReport } from '#model/product.ts';
import type { Actor } from '#model/role.ts';
import { TesseraError } from '#server/platform/error.ts';
import { importProduct, readTrustedKeys, receiveProductFile } from '#server/products/import-product.ts';
import { openProductFile } from '#server/products/open-product-file.ts';
import type { ConsoleHolder } from './console-holder.ts';
import { router, streamFor } from './trpc.ts';

/** What became of an upload: imported, or waiting for a person to accept that nobody known signed it. */
export type UploadOutcome = { imported: boolean; upload: string; report: ProductFileReport };

/** Name of a received file: hex only, so that it can be no path. */
const UploadName = z.string().regex(/^[0-9a-f]{16}$/);
const Upload = z.strictObject({ upload: UploadName });

const fileOf = (holder: ConsoleHolder, upload: string): string =>
  join(holder.config.state, 'uploads', `${upload}.tessera`);

/** Takes the body of an upload; a signed product file is imported at once, an unsigned one waits in the uploads folder. */
export async function receiveUpload(
  holder: ConsoleHolder,
  body: AsyncIterable<Uint8Array>,
  actor: Actor,
): Promise<UploadOutcome> {
  const { state } = holder.config;
  const { file } = await receiveProductFile(body, { state });
  const upload = file.slice(file.lastIndexOf('/') + 1, -'.tessera'.length);
  try {
    const outcome = await importProduct(holder.pool, { file, state, acceptUnsigned: false }, actor);
    if (outcome.imported) await rm(file, { force: true });
    return { ...outcome, upload };
  } catch (error) {
    await rm(file, { force: true });
    throw error;
  }
}

export const uploadsRouter = router({
  /** What an upload holds, for the page that asks once. */
  read: streamFor('import-product')
    .input(Upload)
    .query(async ({ ctx, input }) => {
      const { report } = await openWaiting(ctx.console, input.upload);
      return report;
    }),

  /** Imports although nobody known signed it; who accepted that is in the change log. */
  accept: streamFor('import-product')
    .input(Upload)
    .mutation(async ({ ctx, input }) => {
      const { file } = await openWaiting(ctx.console, input.upload);
      const { state } = ctx.console.config;
      const { report } = await importProduct(ctx.console.pool, { file, state, acceptUnsigned: true }, ctx.actor);
      await rm(file, { force: true });
      return report;
    }),

  discard: streamFor('import-product')
    .input(Upload)
    .mutation(({ ctx, input }) => rm(fileOf(ctx.console, input.upload), { force: true })),
});

async function openWaiting(holder: ConsoleHolder, upload: string) {
  const file = fileOf(holder, upload);
  try {
    const { report } = await openProductFile(file, await readTrustedKeys(holder.config.state));
    return { file, report };
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'ENOENT')) throw cause;
    throw new TesseraError(
      'not_found',
      'This upload is no longer here: it was imported or discarded. Import the file again.',
      { cause },
    );
  }
}
