const WIDTHS = ['skel w42', 'skel w58', 'skel w36', 'skel w50'] as const;

/** Rows of the size of the list to come; unseen for the first 200 ms (CSS delay), so a quick answer does not flicker. */
export function SkeletonRows({ rows = 4, label }: { rows?: number; label: string }) {
  return (
    <ul className="list skeleton" aria-busy="true" aria-label={label}>
      {Array.from({ length: rows }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: placeholders have no identity
        <li key={row}>
          <span className="skel w14" />
          <span className={WIDTHS[row % WIDTHS.length]} />
          <span className="skel w48" />
        </li>
      ))}
    </ul>
  );
}
