import { thinned } from './thin-points.ts';

/** Points of a sparkline, oldest first, evenly spaced; per cents. */
type SparkProps = { values: readonly number[]; label: string };

const WIDTH = 80;
const HEIGHT = 24;

/** A small line of at most 60 points on a fixed scale of 0 to 100, with its summary in words for those who do not see it. */
export function Spark({ values, label }: SparkProps) {
  const points = thinned(values);
  if (points.length < 2) return <span className="cap spark-empty">no history yet</span>;
  const step = WIDTH / (points.length - 1);
  const y = (value: number) => HEIGHT - 1 - (Math.max(0, Math.min(100, value)) / 100) * (HEIGHT - 2);
  const low = Math.round(Math.min(...points));
  const high = Math.round(Math.max(...points));
  return (
    <svg
      className="spark"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={`${label}: between ${low} and ${high} per cent`}
    >
      <path className="base" d={`M0 ${HEIGHT - 0.5}H${WIDTH}`} />
      <polyline
        points={points.map((value, index) => `${(index * step).toFixed(1)},${y(value).toFixed(1)}`).join(' ')}
      />
    </svg>
  );
}
