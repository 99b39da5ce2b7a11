import type { CSSProperties } from 'react';

/** Custom properties `--x` (and `--len`) that points and spans of an axis read, in per cent. */
export const placeStyle = (x: number, length?: number): CSSProperties =>
  // React's CSSProperties has no custom properties; the stylesheet reads these
  ({
    '--x': `${x.toFixed(2)}%`,
    ...(length === undefined ? {} : { '--len': `${length.toFixed(2)}%` }),
  }) as CSSProperties;
