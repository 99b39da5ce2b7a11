import type { z } from 'zod';
import type { StemcellCriteria } from '#model/product.ts';
import { TesseraError } from '#server/platform/error.ts';
import { STEMCELL_LINES, type StemcellLine } from '#stemcell/lines.ts';

/** The newest stemcell line that meets a product's criteria (`1.36` takes every 1.36.x); throws not_found naming the product. */
export function lineOf(criteria: z.infer<typeof StemcellCriteria> | undefined, product: string): StemcellLine {
  if (!criteria) throw new TesseraError('not_found', `${product} names no stemcell in its metadata.`);
  const found = STEMCELL_LINES.filter(
    (line) =>
      line.os === criteria.os && (line.version === criteria.version || line.version.startsWith(`${criteria.version}.`)),
  );
  const newest = found.toSorted((a, b) => a.version.localeCompare(b.version, 'en', { numeric: true })).at(-1);
  if (newest) return newest;
  const known = STEMCELL_LINES.map((line) => `${line.os} ${line.version}`).join(', ');
  throw new TesseraError(
    'not_found',
    `${product} needs stemcell ${criteria.os} ${criteria.version}, and there is no such line (there are: ${known}).`,
  );
}
