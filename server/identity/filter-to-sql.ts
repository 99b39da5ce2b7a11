import { type SQL, sql } from 'drizzle-orm';
import { TesseraError } from '#server/platform/error.ts';
import { type Comparison, type Filter, parseFilter } from './scim-filter.ts';

/** Attributes a list may be filtered and sorted by, in lower case. `name` compares without case, as UAA does for user names. */
export type Attribute = { column: SQL; kind: 'name' | 'text' | 'boolean' | 'time' };
export type Attributes = Readonly<Record<string, Attribute>>;

/** One page of a list: `startIndex` counts from 1. */
export type PageQuery = {
  filter?: string | undefined;
  startIndex?: number;
  count?: number;
  sortBy?: string | undefined;
  descending?: boolean;
};
/** `total` is the count of all that match. */
export type Page<T> = { found: T[]; total: number };

export const PAGE_MAX = 500;

/** The condition of a filter; undefined when there is none. Throws invalid_input for a bad filter or an unknown attribute. */
export function conditionOf(filter: string | undefined, attributes: Attributes): SQL | undefined {
  return filter?.trim() ? toSql(parseFilter(filter), attributes) : undefined;
}

/** What to sort by; `fallback` when nothing is asked. Throws invalid_input for an unknown attribute. */
export function orderOf(sortBy: string | undefined, attributes: Attributes, fallback: SQL): SQL {
  if (!sortBy) return fallback;
  const attribute = attributeOf(sortBy.toLowerCase(), attributes);
  return attribute.kind === 'name' ? sql`lower(${attribute.column})` : attribute.column;
}

function toSql(filter: Filter, attributes: Attributes): SQL {
  switch (filter.kind) {
    case 'and':
      return sql`(${toSql(filter.left, attributes)} and ${toSql(filter.right, attributes)})`;
    case 'or':
      return sql`(${toSql(filter.left, attributes)} or ${toSql(filter.right, attributes)})`;
    case 'not':
      return sql`(not ${toSql(filter.inner, attributes)})`;
    case 'present':
      return sql`(${attributeOf(filter.attribute, attributes).column} is not null)`;
    case 'compare':
      return compare(attributeOf(filter.attribute, attributes), filter);
  }
}

function compare(attribute: Attribute, { attribute: name, comparison, value }: Filter & { kind: 'compare' }): SQL {
  const { column, kind } = attribute;
  if (value === null) return comparison === 'eq' ? sql`(${column} is null)` : refuse(name, comparison);
  if (kind === 'boolean') {
    return comparison === 'eq' && typeof value === 'boolean' ? sql`(${column} = ${value})` : refuse(name, comparison);
  }
  if (kind === 'time') {
    const time = new Date(String(value));
    if (Number.isNaN(time.getTime()) || comparison === 'co' || comparison === 'sw') return refuse(name, comparison);
    return sql`(${column} ${operatorOf(comparison)} ${time.toISOString()}::timestamptz)`;
  }
  const text = String(value);
  const [left, right] = kind === 'name' ? [sql`lower(${column})`, text.toLowerCase()] : [column, text];
  if (comparison === 'co') return sql`(strpos(${left}, ${right}) > 0)`;
  if (comparison === 'sw') return sql`(strpos(${left}, ${right}) = 1)`;
  return sql`(${left} ${operatorOf(comparison)} ${right})`;
}

const OPERATORS = { eq: sql`=`, gt: sql`>`, ge: sql`>=`, lt: sql`<`, le: sql`<=` } as const;
const operatorOf = (comparison: Exclude<Comparison, 'co' | 'sw'>): SQL => OPERATORS[comparison];

function attributeOf(name: string, attributes: Attributes): Attribute {
  const attribute = Object.hasOwn(attributes, name) ? attributes[name] : undefined;
  if (!attribute)
    throw new TesseraError('invalid_input', `Invalid filter expression: [${name}] is no attribute of this list`);
  return attribute;
}

function refuse(attribute: string, comparison: Comparison): never {
  throw new TesseraError(
    'invalid_input',
    `Invalid filter expression: [${attribute} ${comparison}] does not fit that value`,
  );
}
