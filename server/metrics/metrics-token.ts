import { timingSafeEqual } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '#server/platform/crypto.ts';
import { newSecret } from '#server/platform/ids.ts';

const FILE = 'metrics.token';
const TOKEN_BYTES = 32;

/** Token with which Prometheus reads `/metrics`: in the state folder, readable by its owner only, made when it is first needed. */
function readMetricsToken(state: string): string {
  const file = join(state, FILE);
  try {
    writeFileSync(file, `${newSecret(TOKEN_BYTES)}\n`, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
  return readFileSync(file, 'utf8').trim();
}

/** Does an Authorization header carry the token? An empty token opens nothing. */
export function opensMetrics(state: string, authorization: string | null): boolean {
  // made by the first request, whoever sends it: the refusal names the file
  const token = readMetricsToken(state);
  const [scheme = '', given = ''] = (authorization ?? '').split(' ');
  if (scheme.toLowerCase() !== 'bearer' || given === '') return false;
  return token !== '' && timingSafeEqual(Buffer.from(sha256(given)), Buffer.from(sha256(token)));
}
