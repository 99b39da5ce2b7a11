import { fetchRequestHandler } from '@trpc/server/adapters/fetch';
import { appRouter } from '#server/routers/app-router.ts';
import { contextOf } from '#server/routers/context.ts';

export const dynamic = 'force-dynamic';

const answer = (request: Request): Promise<Response> =>
  fetchRequestHandler({
    endpoint: '/api/trpc',
    req: request,
    router: appRouter,
    createContext: ({ resHeaders }) => contextOf(request.headers, resHeaders),
  });

export { answer as GET, answer as POST };
