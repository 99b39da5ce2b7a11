import { TesseraError } from '#server/platform/error.ts';

/** Filters of SCIM 1.1 (`userName eq "x" and (active eq true or emails.value co "@y")`), parsed to a tree. */
export type Comparison = 'eq' | 'co' | 'sw' | 'gt' | 'ge' | 'lt' | 'le';
export type Filter =
  | { kind: 'and' | 'or'; left: Filter; right: Filter }
  | { kind: 'not'; inner: Filter }
  | { kind: 'present'; attribute: string }
  | { kind: 'compare'; attribute: string; comparison: Comparison; value: string | boolean | number | null };

const COMPARISONS: readonly string[] = ['eq', 'co', 'sw', 'gt', 'ge', 'lt', 'le'];
/** Long filters are joined by clients from lists of names; deep ones are built by nobody. */
const TEXT_MAX = 8000;
const DEPTH_MAX = 20;
/** A string with its escapes, a bracket, or a bare word. */
const TOKEN = /\s*(?:("(?:[^"\\]|\\.)*")|([()])|([^\s()"]+))/y;

/** Parses a filter; attributes come back in lower case. Throws invalid_input that quotes the filter. */
export function parseFilter(text: string): Filter {
  const fail = (): never => {
    throw new TesseraError('invalid_input', `Invalid filter expression: [${text.slice(0, 200)}]`);
  };
  if (text.length > TEXT_MAX) fail();
  const tokens = tokenize(text) ?? fail();
  let at = 0;

  const isWord = (word: string): boolean => tokens[at]?.toLowerCase() === word;
  const take = (): string => tokens[at++] ?? fail();

  const parseOr = (depth: number): Filter => {
    let left = parseAnd(depth);
    while (isWord('or')) {
      at++;
      left = { kind: 'or', left, right: parseAnd(depth) };
    }
    return left;
  };
  const parseAnd = (depth: number): Filter => {
    let left = parseOne(depth);
    while (isWord('and')) {
      at++;
      left = { kind: 'and', left, right: parseOne(depth) };
    }
    return left;
  };
  const parseOne = (depth: number): Filter => {
    if (depth > DEPTH_MAX) fail();
    if (isWord('not')) {
      at++;
      return { kind: 'not', inner: parseOne(depth + 1) };
    }
    if (isWord('(')) {
      at++;
      const inner = parseOr(depth + 1);
      if (take() !== ')') fail();
      return inner;
    }
    const attribute = take().toLowerCase();
    if (!/^[a-z][a-z0-9_.]*$/.test(attribute)) fail();
    const word = take().toLowerCase();
    if (word === 'pr') return { kind: 'present', attribute };
    if (!isComparison(word)) return fail();
    return { kind: 'compare', attribute, comparison: word, value: parseValue(take()) ?? null };
  };
  const parseValue = (token: string): string | boolean | number | null => {
    if (/^(true|false)$/i.test(token)) return token.toLowerCase() === 'true';
    if (/^null$/i.test(token)) return null;
    if (/^-?\d+(\.\d+)?$/.test(token)) return Number(token);
    // everything else must be a quoted string
    return token.startsWith('"') ? token.slice(1, -1).replaceAll(/\\(.)/g, '$1') : fail();
  };

  const filter = parseOr(0);
  return at === tokens.length ? filter : fail();
}

const isComparison = (word: string): word is Comparison => COMPARISONS.includes(word);

function tokenize(text: string): string[] | null {
  const tokens: string[] = [];
  const trimmed = text.trim();
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < trimmed.length) {
    const match = TOKEN.exec(trimmed);
    if (!match) return null;
    tokens.push(match[1] ?? match[2] ?? match[3] ?? '');
  }
  return tokens;
}
