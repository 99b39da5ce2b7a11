import type { Action } from './role.ts';

/** Cookie of a console session; holds a random token, never a name. */
export const SESSION_COOKIE = 'tessera_session';
/** Header that every mutation carries: the session's CSRF value, or any text before there is a session. */
export const CSRF_HEADER = 'x-tessera-csrf';

/** Who is at the console and what they may do; greys out buttons, never decides. */
export type SessionView = { userName: string; groups: string[]; csrf: string; rights: Record<Action, boolean> };
