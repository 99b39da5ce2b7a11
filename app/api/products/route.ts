import { CSRF_HEADER } from '#model/session.ts';
import { authorize } from '#server/identity/authorize.ts';
import { TesseraError } from '#server/platform/error.ts';
import { contextOf } from '#server/routers/context.ts';
import { problemOf } from '#server/routers/problem.ts';
import { receiveUpload } from '#server/routers/uploads.ts';

export const dynamic = 'force-dynamic';

/** Takes a product file: the bare file is the body, streamed to disk with a size cap. Answers an UploadOutcome or a problem. */
export async function POST(request: Request): Promise<Response> {
  const context = await contextOf(request.headers, null);
  try {
    const { session } = context;
    if (!session) throw new TesseraError('unauthenticated', 'Your session has ended. Log in again.');
    if (!context.sameOrigin || request.headers.get(CSRF_HEADER) !== session.csrf) {
      throw new TesseraError(
        'forbidden',
        'This upload did not come from a page of this console. Reload the page and try again.',
      );
    }
    authorize(session.actor, 'import-product');
    if (!request.body) throw new TesseraError('product_file_rejected', 'The upload was empty. Choose a product file.');
    return Response.json(await receiveUpload(context.console, request.body, session.actor));
  } catch (error) {
    return problemOf(error, context);
  }
}
