import { Liquid } from 'liquidjs';

/** A trial render has nothing to loop over but what the template makes itself: these are generous. */
const PARSE_LIMIT = 256 * 1024;
const RENDER_LIMIT_MS = 500;
const MEMORY_LIMIT = 5_000_000;

const ENGINE = new Liquid({
  ownPropertyOnly: true,
  // an in-memory set of partials, left empty: include and render find nothing on disk
  templates: {},
  parseLimit: PARSE_LIMIT,
  renderLimit: RENDER_LIMIT_MS,
  memoryLimit: MEMORY_LIMIT,
});

/**
 * Why a template must not be imported: it does not parse, or it loops or grows without end when rendered with nothing. Null when it is good.
 * Missing values are no fault here; rendering for an instance says those.
 */
export function templateFault(text: string): string | null {
  if (text.length > PARSE_LIMIT) return `is longer than ${PARSE_LIMIT / 1024} KB`;
  try {
    const template = ENGINE.parse(text);
    try {
      ENGINE.renderSync(template, { spec: {}, properties: {}, links: {}, addresses: {} });
    } catch (error) {
      if (isLimit(error)) return 'loops or grows without end';
      // anything else comes from values that only an instance has
    }
    return null;
  } catch (error) {
    return `is no good template: ${(error instanceof Error ? error.message : String(error)).replace(/, (file:[^,]*, )?line:(\d+), col:\d+$/, ' in line $2')}`;
  }
}

const isLimit = (error: unknown): boolean => error instanceof Error && /limit exceeded/i.test(error.message);
