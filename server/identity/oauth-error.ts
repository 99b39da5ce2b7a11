import type { TesseraError } from '#server/platform/error.ts';

/** The closed list of OAuth 2 refusals clients tell apart, with the status UAA gives. */
const OAUTH_ERRORS = {
  unauthorized: 401,
  invalid_client: 401,
  invalid_token: 401,
  invalid_grant: 400,
  invalid_request: 400,
  invalid_scope: 400,
  unauthorized_client: 400,
  unsupported_grant_type: 400,
  insufficient_scope: 403,
} as const;
export type OauthErrorCode = keyof typeof OAUTH_ERRORS;

/** A refusal in the words of RFC 6749; `description` is the sentence for a person. */
export type OauthRefusal = { ok: false; error: OauthErrorCode; description: string; status: number };

export const refuse = (error: OauthErrorCode, description: string): OauthRefusal => ({
  ok: false,
  error,
  description,
  status: OAUTH_ERRORS[error],
});

/** Wrong passwords and pauses keep their sentence; throttling keeps its own status. */
export function refuseCredentials(error: TesseraError): OauthRefusal {
  return {
    ok: false,
    error: 'unauthorized',
    description: error.code === 'throttled' ? error.message : 'Bad credentials',
    status: error.http,
  };
}
