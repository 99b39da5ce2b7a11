import { inTransaction } from '#db/transaction.ts';
import { CSRF_HEADER, SESSION_COOKIE } from '#model/session.ts';
import { type Session, verifySession } from '#server/identity/verify-session.ts';
import { newSecret } from '#server/platform/ids.ts';
import { type ConsoleHolder, openConsole } from './console-holder.ts';

/** What a procedure knows of the request. */
export type Context = {
  console: ConsoleHolder;
  session: Session | null;
  /** Cookie value; null without a session. */
  token: string | null;
  csrf: string | null;
  /** False when a browser says that another site sent this. */
  sameOrigin: boolean;
  address: string;
  requestId: string;
  /** Sets (or, with null, removes) the session cookie on the answer. Absent where no answer can carry one. */
  setSession: (token: string | null) => void;
};

/** Context of one HTTP request; reads the session from its cookie. `answer` takes the cookie to set. */
export async function contextOf(headers: Headers, answer: Headers | null): Promise<Context> {
  const holder = openConsole();
  const token = cookieOf(headers, SESSION_COOKIE);
  const session = token === null ? null : await inTransaction(holder.pool, (tx) => verifySession(tx, token));
  const secure = headers.get('x-forwarded-proto') === 'https' ? '; Secure' : '';
  return {
    console: holder,
    session,
    token: session ? token : null,
    csrf: headers.get(CSRF_HEADER),
    sameOrigin: isSameOrigin(headers),
    // the last hop is the one our own server saw; earlier ones are what the client claims
    address: headers.get('x-forwarded-for')?.split(',').at(-1)?.trim() ?? 'unknown',
    requestId: `req-${newSecret(8)}`,
    setSession: (value) => {
      const life = value === null ? '; Max-Age=0' : '';
      answer?.append('set-cookie', `${SESSION_COOKIE}=${value ?? ''}; Path=/; HttpOnly; SameSite=Lax${secure}${life}`);
    },
  };
}

function cookieOf(headers: Headers, name: string): string | null {
  for (const part of headers.get('cookie')?.split(';') ?? []) {
    const [key, value] = part.trim().split('=');
    if (key === name && value) return value;
  }
  return null;
}

function isSameOrigin(headers: Headers): boolean {
  const origin = headers.get('origin');
  if (origin === null) return true;
  if (!URL.canParse(origin)) return false;
  return new URL(origin).host === (headers.get('x-forwarded-host') ?? headers.get('host'));
}
