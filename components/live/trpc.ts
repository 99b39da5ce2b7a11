'use client';

import { createTRPCContext } from '@trpc/tanstack-react-query';
import type { AppRouter } from '#server/routers/app-router.ts';

/** `useTRPC()` gives typed query and mutation options; keys come from it, never by hand. */
export const { TRPCProvider, useTRPC } = createTRPCContext<AppRouter>();
