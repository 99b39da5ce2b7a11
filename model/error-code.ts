/**
 * The closed list of error codes. `http` is the status of REST dialects; `remedy` is the next action when the thrower gives none.
 * A code is a contract with clients: add, never rename.
 */
export const ERROR_CODES = {
  internal: { http: 500, remedy: 'Look in the director log for the id shown.' },
  invalid_input: { http: 422, remedy: 'Correct the named field.' },
  unauthenticated: { http: 401, remedy: 'Log in.' },
  bad_credentials: { http: 401, remedy: 'Check user name and password.' },
  throttled: { http: 429, remedy: 'Wait and try again.' },
  forbidden: { http: 403, remedy: 'Ask an administrator for the right named.' },
  not_found: { http: 404, remedy: 'Check the name.' },
  conflict: { http: 409, remedy: 'Reload and try again.' },
  stale_version: { http: 409, remedy: 'Someone else saved this form; reload to see both values.' },
  busy: { http: 409, remedy: 'Wait for the running task or cancel it.' },
  product_file_rejected: { http: 422, remedy: 'Get a good product file and import it again.' },
  not_configured: { http: 422, remedy: 'Fill in the named form.' },
  capacity: { http: 422, remedy: 'Use fewer or smaller VMs.' },
  vault_locked: { http: 503, remedy: 'Unlock with the decryption passphrase.' },
  bad_passphrase: { http: 401, remedy: 'Check the decryption passphrase.' },
  cpi_unavailable: { http: 503, remedy: 'Start the container engine.' },
  cpi_failed: { http: 502, remedy: 'Look at the engine message and retry.' },
  vm_not_found: { http: 404, remedy: 'Recreate the instance.' },
  disk_not_found: { http: 404, remedy: 'Check the disk.' },
  network_not_found: { http: 404, remedy: 'Apply the director tile.' },
  agent_timeout: { http: 504, remedy: 'Retry, or look at the console log of the VM.' },
  agent_failed: { http: 502, remedy: 'Look at the log of the named job.' },
  unhealthy: { http: 502, remedy: 'Look at the log of the named process.' },
  disk_full: { http: 507, remedy: 'Make room, then retry.' },
  port_taken: { http: 500, remedy: 'Free the port or choose another.' },
  database_unavailable: { http: 503, remedy: 'Start PostgreSQL; work goes on by itself.' },
  no_director: { http: 503, remedy: 'Start a director.' },
  cancelled: { http: 409, remedy: 'Retry when ready.' },
  kubernetes_unavailable: { http: 503, remedy: 'Wait until a master of the cluster is up; see its page.' },
  kubernetes_refused: { http: 502, remedy: 'Read what the cluster says and correct the request.' },
  az_down: { http: 503, remedy: 'Switch the AZ on again, or wait for it.' },
  drill_refused: { http: 409, remedy: 'Mend what the red checks name, then try again.' },
  quorum_at_risk: { http: 409, remedy: 'Bring the other masters back first.' },
  delivery_failed: { http: 502, remedy: 'Check address and credentials of the channel, then press Test.' },
  stemcell_build_failed: { http: 500, remedy: 'See the task log; retry builds from the cache.' },
} as const;
export type ErrorCode = keyof typeof ERROR_CODES;

/** What a browser is told of a refusal, beside the sentence. `fields` are refused inputs by name; `id` names the request in the log. */
export type ErrorDetail = { code: ErrorCode; remedy: string; fields: Record<string, string>; id: string | null };
