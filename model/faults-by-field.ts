import type { ZodError } from 'zod';

/** What a schema has against each field, by its dotted path (`fleet.percent`): what forms show beside it and refusals carry. */
export const faultsByField = (error: ZodError): Record<string, string> =>
  Object.fromEntries(error.issues.map((issue) => [issue.path.join('.'), issue.message]));
