import type { Context } from 'hono';
import type { Page, PageQuery } from '#server/identity/filter-to-sql.ts';
import { PAGE_MAX } from '#server/identity/filter-to-sql.ts';

/** Query parameters of a list; nonsense counts as absent. */
export function pageQueryOf(c: Context): Required<Pick<PageQuery, 'startIndex' | 'count'>> & PageQuery {
  return {
    filter: c.req.query('filter'),
    startIndex: Math.max(1, integerOf(c.req.query('startIndex')) ?? 1),
    count: Math.min(PAGE_MAX, Math.max(1, integerOf(c.req.query('count')) ?? 100)),
    sortBy: c.req.query('sortBy'),
    descending: c.req.query('sortOrder') === 'descending',
  };
}

/**
 * A page as SCIM 1.1 has it. `itemsPerPage` is the asked count, never 0: the Go client adds it to `startIndex` until it is past
 * `totalResults`, and would loop for ever.
 */
export function listAnswer<T>(
  query: { startIndex: number; count: number },
  page: Page<T>,
  resources: unknown[],
): Record<string, unknown> {
  return {
    resources,
    startIndex: query.startIndex,
    itemsPerPage: query.count,
    totalResults: page.total,
    schemas: ['urn:scim:schemas:core:1.0'],
  };
}

/** Only the attributes asked for (`attributes=id,userName`), or all. */
export function pick(c: Context, resource: Record<string, unknown>): Record<string, unknown> {
  const wanted =
    c.req
      .query('attributes')
      ?.toLowerCase()
      .split(',')
      .map((name) => name.trim())
      .filter(Boolean) ?? [];
  if (wanted.length === 0) return resource;
  return Object.fromEntries(Object.entries(resource).filter(([key]) => wanted.includes(key.toLowerCase())));
}

/** `If-Match`: the version, or null for "whatever it is" (`*`, absent). */
export function versionOf(c: Context): number | null {
  const text = c.req.header('if-match')?.replaceAll('"', '').trim();
  return text === undefined || text === '*' ? null : (integerOf(text) ?? -1);
}

function integerOf(text: string | undefined): number | undefined {
  return text !== undefined && /^-?\d{1,9}$/.test(text) ? Number(text) : undefined;
}
