import { z } from 'zod';
import { CliError } from './cli-error.ts';
import type { ConsoleClient } from './console-client.ts';
import { ProductView } from './console-views.ts';

/** The product on the dashboard with that slug; throws CliError naming those there are. */
export async function findProduct(client: ConsoleClient, slug: string): Promise<ProductView> {
  const products = await client.query('products.list', z.array(ProductView));
  const product = products.find((one) => one.slug === slug);
  if (product) return product;
  const there = products.map((one) => one.slug).join(', ');
  throw new CliError(
    `Product ${slug} is not on the dashboard (${there || 'it is empty'}). Add it with: tessera products add ${slug}`,
  );
}
