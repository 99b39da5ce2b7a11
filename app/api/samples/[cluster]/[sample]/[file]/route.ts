import { inTransaction } from '#db/transaction.ts';
import { SampleId } from '#model/sample.ts';
import { contextOf } from '#server/routers/context.ts';
import { problemOf } from '#server/routers/problem.ts';
import { SampleFileKind, writeSampleFile } from '#server/samples/write-sample-file.ts';

export const dynamic = 'force-dynamic';

type Params = { params: Promise<{ cluster: string; sample: string; file: string }> };

/** The YAML files of a sample as a zip, or its requests as a Postman collection with the cluster's address filled in. */
export async function GET(request: Request, { params }: Params): Promise<Response> {
  const { cluster, ...asked } = await params;
  const context = await contextOf(request.headers, null);
  const { session, console: holder } = context;
  if (!session) return new Response('Log in to get the files of samples.\n', { status: 401 });
  const sample = SampleId.safeParse(asked.sample);
  const kind = SampleFileKind.safeParse(asked.file);
  if (!sample.success || !kind.success) return new Response('There is no such file.\n', { status: 404 });
  try {
    const file = await inTransaction(holder.pool, (tx) =>
      writeSampleFile(tx, { cluster, sample: sample.data, kind: kind.data }, session.actor),
    );
    return new Response(new Uint8Array(file.content), {
      headers: {
        'content-type': file.type,
        'content-disposition': `attachment; filename="${file.name}"`,
        'cache-control': 'no-store',
      },
    });
  } catch (error) {
    return problemOf(error, context);
  }
}
