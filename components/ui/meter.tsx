import { percentStyle } from './percent-style.ts';
import type { UiState } from './state-shape.tsx';

/** A small bar with its number beside it; amber from `warnAt` per cent. */
export function Meter({ percent, warnAt = 90 }: { percent: number | null; warnAt?: number }) {
  if (percent === null) return <span className="cap">–</span>;
  return (
    <span className="nowrap">
      <span className="meter" data-state={percent >= warnAt ? 'attention' : undefined} aria-hidden="true">
        <i style={percentStyle(percent)} />
      </span>
      {Math.round(percent)} %
    </span>
  );
}

/** Progress of one thing; null = under way without a known share. */
export function ProgressBar({
  percent,
  label,
  state = 'working',
}: {
  percent: number | null;
  label: string;
  state?: UiState;
}) {
  const now = percent === null ? undefined : Math.round(percent);
  return (
    <div
      className={percent === null ? 'progress open' : 'progress'}
      data-state={state}
      role="progressbar"
      aria-label={label}
      aria-valuenow={now}
      aria-valuemin={0}
      aria-valuemax={100}
    >
      <i style={percentStyle(percent ?? 100)} />
    </div>
  );
}
