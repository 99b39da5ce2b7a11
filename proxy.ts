import { type NextRequest, NextResponse } from 'next/server';
import { SESSION_COOKIE } from '#model/session.ts';

const OPEN_PAGES = new Set(['/login', '/setup']);

/** Sends visitors without a session cookie to the log-in page and gives each page its CSP nonce. Rights are decided by procedures, not here. */
export function proxy(request: NextRequest): NextResponse {
  const { pathname } = request.nextUrl;
  if (!OPEN_PAGES.has(pathname) && !request.cookies.has(SESSION_COOKIE)) {
    const login = new URL('/login', request.nextUrl);
    if (pathname !== '/') login.searchParams.set('next', pathname);
    return NextResponse.redirect(login);
  }
  const nonce = btoa(crypto.randomUUID());
  const policy = contentPolicy(nonce);
  const headers = new Headers(request.headers);
  headers.set('x-nonce', nonce);
  headers.set('content-security-policy', policy);
  const response = NextResponse.next({ request: { headers } });
  response.headers.set('content-security-policy', policy);
  return response;
}

function contentPolicy(nonce: string): string {
  // the development server evaluates its modules
  const evaluation = process.env.NODE_ENV === 'development' ? " 'unsafe-eval'" : '';
  return [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${evaluation}`,
    `style-src 'self' ${evaluation ? "'unsafe-inline'" : `'nonce-${nonce}'`}`,
    // widths of bars are style attributes in the first paint
    "style-src-attr 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "object-src 'none'",
    "base-uri 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');
}

export const config = {
  matcher: ['/((?!api/|metrics$|_next/|fonts/|icon.svg|favicon.ico).*)'],
};
