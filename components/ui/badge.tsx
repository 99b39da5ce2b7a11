import { STATE_WORDS, StateShape, type UiState } from './state-shape.tsx';

/** States that want a look get a tint; thirty green pills would be noise. */
const TINTED: ReadonlySet<UiState> = new Set(['working', 'attention', 'failed', 'drill']);

type StateBadgeProps = {
  state: UiState;
  /** Overrides the standard word ("Uploading"). */
  word?: string;
  /** Never tinted: in tables and sums. */
  plain?: boolean;
  /** Colour of another state for this shape: a tile that is not configured is orange, the dashed square stays. */
  tone?: UiState;
};

/** Shape and word of a state, in its colour. */
export function StateBadge({ state, word, plain = false, tone = state }: StateBadgeProps) {
  return (
    <span className={!plain && TINTED.has(tone) ? 'badge tint' : 'badge'} data-state={tone}>
      <StateShape state={state} />
      {word ?? STATE_WORDS[state]}
    </span>
  );
}
