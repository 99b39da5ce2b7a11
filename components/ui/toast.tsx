'use client';

import { useSyncExternalStore } from 'react';
import { StateShape, type UiState } from './state-shape.tsx';

/** Toasts are for news that is not on the page (a run ended elsewhere, a background deed was refused); never for form errors. */
type Toast = { id: number; state: UiState; text: string };

const SHOWN_MS = 6000;
let toasts: readonly Toast[] = [];
let nextId = 1;
const listeners = new Set<() => void>();

const change = (next: readonly Toast[]): void => {
  toasts = next;
  for (const listener of listeners) listener();
};

/** Shows `text` for some seconds; at most three at once, the newest last. */
export function showToast(state: UiState, text: string): void {
  const toast = { id: nextId, state, text };
  nextId += 1;
  change([...toasts.slice(-2), toast]);
  setTimeout(() => change(toasts.filter((other) => other !== toast)), SHOWN_MS);
}

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};
const NONE: readonly Toast[] = [];

export function Toaster() {
  const shown = useSyncExternalStore(
    subscribe,
    () => toasts,
    () => NONE,
  );
  return (
    <div className="toasts" role="status" aria-live="polite">
      {shown.map((toast) => (
        <p key={toast.id} className="toast" data-state={toast.state}>
          <StateShape state={toast.state} />
          {toast.text}
        </p>
      ))}
    </div>
  );
}
