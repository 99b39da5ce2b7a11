import type { CSSProperties } from 'react';

/** The custom property `--v` that bars and meters read. */
export const percentStyle = (percent: number): CSSProperties =>
  // React's CSSProperties has no custom properties; the stylesheet reads this one
  ({ '--v': `${Math.max(0, Math.min(100, percent))}%` }) as CSSProperties;
