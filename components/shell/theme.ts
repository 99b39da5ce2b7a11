export const THEMES = ['light', 'dark', 'system'] as const;
export type Theme = (typeof THEMES)[number];

/** Kept in a cookie, so that the server already paints the right one. */
export const THEME_COOKIE = 'tessera_theme';

export const isTheme = (value: unknown): value is Theme => THEMES.some((theme) => theme === value);
