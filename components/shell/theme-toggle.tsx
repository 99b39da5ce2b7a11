'use client';

import { Monitor, Moon, Sun } from 'lucide-react';
import { useState } from 'react';
import { THEME_COOKIE, THEMES, type Theme } from './theme.ts';

const ICONS = { light: Sun, dark: Moon, system: Monitor } as const satisfies Record<Theme, unknown>;
const WORDS = { light: 'Light', dark: 'Dark', system: 'System' } as const satisfies Record<Theme, string>;
const YEAR_S = 31_536_000;

/** Light, dark or as the system; takes effect at once and is remembered by this browser. */
export function ThemeToggle({ initial }: { initial: Theme }) {
  const [theme, setTheme] = useState(initial);
  const choose = (next: Theme) => {
    setTheme(next);
    // biome-ignore lint/suspicious/noDocumentCookie: the server reads it for the first paint; cookieStore is missing in Firefox
    document.cookie = `${THEME_COOKIE}=${next}; path=/; max-age=${YEAR_S}; samesite=lax`;
    const dark = next === 'system' ? matchMedia('(prefers-color-scheme: dark)').matches : next === 'dark';
    document.documentElement.dataset.theme = dark ? 'dark' : 'light';
  };
  return (
    <fieldset className="seg themes">
      <legend className="sr">Theme</legend>
      {THEMES.map((name) => {
        const Icon = ICONS[name];
        return (
          <button
            key={name}
            type="button"
            aria-pressed={theme === name}
            title={WORDS[name]}
            onClick={() => choose(name)}
          >
            <Icon className="i" aria-hidden="true" />
            <span>{WORDS[name]}</span>
          </button>
        );
      })}
    </fieldset>
  );
}
