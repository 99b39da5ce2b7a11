import { inTransaction } from '#db/transaction.ts';
import { readKubeconfig } from '#server/clusters/read-kubeconfig.ts';
import { contextOf } from '#server/routers/context.ts';
import { problemOf } from '#server/routers/problem.ts';

export const dynamic = 'force-dynamic';

/** The administrator's kubeconfig of a cluster as a download; asking for it is audited. */
export async function GET(request: Request, { params }: { params: Promise<{ cluster: string }> }): Promise<Response> {
  const { cluster } = await params;
  const context = await contextOf(request.headers, null);
  const { session, console: holder } = context;
  if (!session) return new Response('Log in to get the kubeconfig.\n', { status: 401 });
  try {
    const { yaml } = await inTransaction(holder.pool, (tx) => readKubeconfig(tx, holder.vault, cluster, session.actor));
    return new Response(yaml, {
      headers: {
        'content-type': 'application/yaml',
        'content-disposition': `attachment; filename="${encodeURIComponent(cluster)}.kubeconfig"`,
        'cache-control': 'no-store',
      },
    });
  } catch (error) {
    return problemOf(error, context);
  }
}
