import type { SampleRequest } from '#model/sample.ts';

/** The same request for a shell. */
export function curlLine(request: SampleRequest, address: string): string {
  const body =
    request.body === null ? '' : ` -H 'content-type: application/json' -d '${request.body.replaceAll("'", `'\\''`)}'`;
  const method = request.method === 'GET' ? '' : ` -X ${request.method}`;
  return `curl -s${method} '${address}${request.path}'${body}`;
}
