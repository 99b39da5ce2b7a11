import { inTransaction } from '#db/transaction.ts';
import { may } from '#server/identity/authorize.ts';
import { collectMetrics } from '#server/metrics/collect-metrics.ts';
import { opensMetrics } from '#server/metrics/metrics-token.ts';
import { METRICS_TYPE, writeMetrics } from '#server/metrics/write-metrics.ts';
import { openConsole } from '#server/routers/console-holder.ts';
import { contextOf } from '#server/routers/context.ts';

export const dynamic = 'force-dynamic';

/** `GET /metrics` for Prometheus: with the token of the state folder, or for a person who is logged in and may look. */
export async function GET(request: Request): Promise<Response> {
  const holder = openConsole();
  if (!opensMetrics(holder.config.state, request.headers.get('authorization')) && !(await isViewer(request))) {
    return new Response(`Send the token in ${holder.config.state}/metrics.token as "Authorization: Bearer …".\n`, {
      status: 401,
      headers: { 'www-authenticate': 'Bearer' },
    });
  }
  try {
    const metrics = await inTransaction(holder.pool, (tx) => collectMetrics(tx, { streams: holder.streams }));
    return new Response(writeMetrics(metrics), {
      headers: { 'content-type': METRICS_TYPE, 'cache-control': 'no-store' },
    });
  } catch (error) {
    holder.log.error({ err: error }, 'metrics could not be read');
    return new Response('The database does not answer; the console log says why.\n', { status: 503 });
  }
}

/** False also while the database is away: then there is nothing to show either. */
async function isViewer(request: Request): Promise<boolean> {
  const context = await contextOf(request.headers, null).catch(() => null);
  return context?.session ? may(context.session.actor, 'view') : false;
}
