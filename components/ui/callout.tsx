import type { ReactNode } from 'react';
import { StateShape, type UiState } from './state-shape.tsx';

/** A tinted note with the shape of its state. `alert` announces it at once (failures of the thing the reader just did). */
export function Callout({
  state,
  title,
  children,
  alert = false,
  id,
}: {
  state: UiState;
  title?: ReactNode;
  children?: ReactNode;
  alert?: boolean;
  id?: string;
}) {
  return (
    <div className="callout" data-state={state} role={alert ? 'alert' : undefined} id={id}>
      <StateShape state={state} />
      {title ? (
        <p>
          <strong>{title}</strong>
        </p>
      ) : null}
      {typeof children === 'string' ? <p>{children}</p> : children}
    </div>
  );
}
