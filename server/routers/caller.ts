import 'server-only';

import { appRouter } from './app-router.ts';
import { contextOf } from './context.ts';
import { createCallerFactory } from './trpc.ts';

/** For server components: the same procedures, rights and errors as over HTTP, without HTTP. */
export async function serverCaller(headers: Headers) {
  const context = await contextOf(headers, null);
  return { caller: createCallerFactory(appRouter)(context), context, router: appRouter };
}
