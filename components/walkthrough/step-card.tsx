import type { ReactNode } from 'react';
import { STATE_WORDS, StateShape, type UiState } from '#components/ui/state-shape.tsx';
import type { StepState } from './walk-steps.ts';

const STEP_SHOWN = {
  locked: 'waiting',
  ready: 'waiting',
  running: 'working',
  done: 'done',
  failed: 'attention',
} as const satisfies Record<StepState, UiState>;

/** One step of the tour: number or tick, title, what is done and why. What is still locked is only named. */
export function StepCard({
  number,
  title,
  state,
  aside,
  children,
}: {
  number: number;
  title: string;
  state: StepState;
  aside?: ReactNode;
  children: ReactNode;
}) {
  const shown = STEP_SHOWN[state];
  const current = state === 'ready' || state === 'running' || state === 'failed';
  return (
    <li aria-current={current ? 'step' : undefined}>
      <section className="card" aria-label={`Step ${number}: ${title}`}>
        <header data-state={shown}>
          <span className="step" aria-hidden="true">
            {shown === 'waiting' ? number : <StateShape state={shown} />}
          </span>
          <h2 className={state === 'locked' ? 'grow todo' : 'grow'}>
            {title}
            <span className="sr">: {state === 'locked' ? 'after the steps before' : STATE_WORDS[shown]}</span>
          </h2>
          {aside}
        </header>
        {state === 'locked' ? null : <div className="pad stack step-body">{children}</div>}
      </section>
    </li>
  );
}
