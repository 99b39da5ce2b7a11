/** Four tiles, one set on its point. */
export function BrandMark({ size = 20 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 20 20" aria-hidden="true">
      <g fill="currentColor">
        <rect x="1" y="1" width="8" height="8" rx="1.5" />
        <rect x="1" y="11" width="8" height="8" rx="1.5" />
        <rect x="11" y="11" width="8" height="8" rx="1.5" />
      </g>
      <rect x="12" y="2" width="6" height="6" rx="1" fill="var(--accent)" transform="rotate(45 15 5)" />
    </svg>
  );
}
