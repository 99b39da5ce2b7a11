import { STATE_WORDS, StateShape, type UiState } from './state-shape.tsx';

/** States that want a look get a tint; thirty green pills would be noise. */
const TINTED: ReadonlySet<UiState> = new Set(['working', 'attention', 'failed', 'drill']);

/** Shape and word of a state. `word` overrides the standard word ("Uploading"). */
export function StateBadge({ state, word, plain = false }: { state: UiState; word?: string; plain?: boolean }) {
  return (
    <span className={!plain && TINTED.has(state) ? 'badge tint' : 'badge'} data-state={state}>
      <StateShape state={state} />
      {word ?? STATE_WORDS[state]}
    </span>
  );
}
