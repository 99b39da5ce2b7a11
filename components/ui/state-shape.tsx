import type { ReactNode } from 'react';

/** The eight states of everything shown, and two marks used in sequences only (`done`, `waiting`). */
export const UI_STATES = [
  'running',
  'working',
  'attention',
  'failed',
  'stopped',
  'unknown',
  'unset',
  'drill',
  'done',
  'waiting',
] as const;
export type UiState = (typeof UI_STATES)[number];

/** The word said beside the shape; state is shape + word + colour, never colour alone. */
export const STATE_WORDS = {
  running: 'Running',
  working: 'Working',
  attention: 'Attention',
  failed: 'Failed',
  stopped: 'Stopped',
  unknown: 'Unknown',
  unset: 'Not configured',
  drill: 'Under drill',
  done: 'Done',
  waiting: 'Waiting',
} as const satisfies Record<UiState, string>;

const CUT = 'var(--surface)';

const SHAPES = {
  running: <circle cx="8" cy="8" r="5.5" fill="currentColor" />,
  working: (
    <>
      <circle cx="8" cy="8" r="5.25" fill="none" stroke="currentColor" strokeWidth="1.75" />
      <path d="M8 2.75a5.25 5.25 0 0 0 0 10.5z" fill="currentColor" />
    </>
  ),
  attention: (
    <>
      <path d="M8 1.8 15 14H1z" fill="currentColor" stroke="currentColor" strokeWidth="1" strokeLinejoin="round" />
      <path d="M8 6.2v3.6M8 11.7v.1" stroke={CUT} strokeWidth="1.6" strokeLinecap="round" />
    </>
  ),
  failed: (
    <>
      <rect x="2.5" y="2.5" width="11" height="11" rx="1.5" fill="currentColor" />
      <path d="m5.8 5.8 4.4 4.4m0-4.4-4.4 4.4" stroke={CUT} strokeWidth="1.5" strokeLinecap="round" />
    </>
  ),
  stopped: <circle cx="8" cy="8" r="4.75" fill="none" stroke="currentColor" strokeWidth="2" />,
  unknown: (
    <path d="M8 1.8 14.2 8 8 14.2 1.8 8z" fill="none" stroke="currentColor" strokeWidth="1.75" strokeLinejoin="round" />
  ),
  unset: (
    <rect
      x="2.5"
      y="2.5"
      width="11"
      height="11"
      rx="1.5"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      strokeDasharray="2.4 2"
    />
  ),
  drill: <path d="M8 .8 9.9 6.1 15.2 8 9.9 9.9 8 15.2 6.1 9.9.8 8 6.1 6.1z" fill="currentColor" />,
  done: (
    <>
      <circle cx="8" cy="8" r="6.5" fill="currentColor" />
      <path
        d="m5 8.2 2.1 2.1L11 6.2"
        fill="none"
        stroke={CUT}
        strokeWidth="1.75"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </>
  ),
  waiting: <circle cx="8" cy="8" r="2.75" fill="none" stroke="currentColor" strokeWidth="1.5" />,
} as const satisfies Record<UiState, ReactNode>;

/** The shape of a state; takes its colour from the nearest `data-state`. Decorative: the word must stand beside it. */
export function StateShape({ state }: { state: UiState }) {
  return (
    <svg className={state === 'working' ? 's turn' : 's'} viewBox="0 0 16 16" aria-hidden="true">
      {SHAPES[state]}
    </svg>
  );
}
