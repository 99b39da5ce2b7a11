import type { Metadata, Viewport } from 'next';
import { cookies, headers } from 'next/headers';
import type { ReactNode } from 'react';
import { preload } from 'react-dom';
import { Body } from '#components/shell/body.tsx';
import { isTheme, THEME_COOKIE } from '#components/shell/theme.ts';
import './globals.css';

export const metadata: Metadata = {
  title: { default: 'Tessera', template: '%s · Tessera' },
  description: 'Operations console for Kubernetes fleets',
};

export const viewport: Viewport = { width: 'device-width', initialScale: 1 };

/** Before the first paint: "system" follows the device, so that no wrong theme flashes. */
const FOLLOW_SYSTEM = `document.documentElement.dataset.theme=matchMedia('(prefers-color-scheme: dark)').matches?'dark':'light'`;

export default async function RootLayout({ children }: { children: ReactNode }) {
  const [jar, sent] = await Promise.all([cookies(), headers()]);
  const chosen = jar.get(THEME_COOKIE)?.value;
  const theme = isTheme(chosen) ? chosen : 'system';
  preload('/fonts/inter-latin.woff2', { as: 'font', type: 'font/woff2', crossOrigin: 'anonymous' });
  return (
    <html lang="en" data-theme={theme === 'dark' ? 'dark' : 'light'} suppressHydrationWarning>
      <head>
        {theme === 'system' ? (
          <script
            nonce={sent.get('x-nonce') ?? undefined}
            // biome-ignore lint/security/noDangerouslySetInnerHtml: a constant, allowed by the page's nonce
            dangerouslySetInnerHTML={{ __html: FOLLOW_SYSTEM }}
            suppressHydrationWarning
          />
        ) : null}
      </head>
      <Body>{children}</Body>
    </html>
  );
}
