import { links } from '#components/links.ts';
import { StateBadge } from '#components/ui/badge.tsx';
import { Link } from '#components/ui/link.tsx';
import { STATE_WORDS, StateShape, type UiState } from '#components/ui/state-shape.tsx';

/** One shape per cluster in the order given (worst first), and the counts in words. */
export function FleetStrip({ rows }: { rows: readonly { name: string; state: UiState }[] }) {
  const counts = [...Map.groupBy(rows, (row) => row.state)].map(([state, members]) => ({ state, n: members.length }));
  return (
    <section className="card pad" aria-label="Fleet health, one shape per cluster, worst first">
      <div className="squares">
        {rows.map(({ name, state }) => (
          <Link
            key={name}
            href={links.cluster(name)}
            data-state={state}
            title={`${name}: ${STATE_WORDS[state]}`}
            aria-label={`${name}: ${STATE_WORDS[state]}`}
          >
            <StateShape state={state} />
          </Link>
        ))}
      </div>
      <ul className="row wrap strip-sums">
        {counts.map(({ state, n }) => (
          <li key={state}>
            <StateBadge state={state} word={`${n} ${STATE_WORDS[state].toLowerCase()}`} plain />
          </li>
        ))}
      </ul>
    </section>
  );
}
