import type { ErrorDetail } from '#model/error-code.ts';

/** A refused request as pages show it: sentence, next action, fields, id. */
export type Refusal = {
  message: string;
  remedy: string;
  code: string;
  fields: Record<string, string>;
  id: string | null;
};

/** Reads the detail the server put beside a tRPC error; a network failure gets a sentence of its own. */
export function refusalOf(error: unknown): Refusal {
  const message = error instanceof Error ? error.message : String(error);
  const detail = detailOf(error);
  if (!detail) {
    return {
      message: 'The console does not answer.',
      remedy: `Try again in a moment (${message}).`,
      code: 'unreachable',
      fields: {},
      id: null,
    };
  }
  const fields = Object.values(detail.fields);
  // zod refusals carry a JSON text as message; the sentences are in the fields
  const sentence = detail.code === 'invalid_input' && message.startsWith('[') ? fields.join('. ') : message;
  return { message: sentence, remedy: detail.remedy, code: detail.code, fields: detail.fields, id: detail.id };
}

/** The same from the JSON of a plain route (uploads): `{message, detail}`; anything else counts as no answer. */
export function refusalFromAnswer(answer: unknown): Refusal {
  if (typeof answer !== 'object' || answer === null || !('message' in answer) || !('detail' in answer)) {
    return {
      message: 'The console does not answer.',
      remedy: 'Try again in a moment.',
      code: 'unreachable',
      fields: {},
      id: null,
    };
  }
  // written by problemOf of server/routers/problem.ts
  const detail = answer.detail as ErrorDetail;
  return {
    message: String(answer.message),
    remedy: detail.remedy,
    code: detail.code,
    fields: detail.fields,
    id: detail.id,
  };
}

function detailOf(error: unknown): ErrorDetail | null {
  if (typeof error !== 'object' || error === null || !('data' in error)) return null;
  const { data } = error;
  if (typeof data !== 'object' || data === null || !('tessera' in data)) return null;
  // written by errorFormatter of server/routers/trpc.ts
  return data.tessera as ErrorDetail;
}
