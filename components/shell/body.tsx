'use client';

import { type ReactNode, useEffect, useSyncExternalStore } from 'react';

/** Whether React listens changes once, with its first render in the browser, and never again. */
const never = () => () => undefined;

/**
 * The body of a page takes no press and no key until React listens to it. Before that a press would be lost, what is typed would be
 * forgotten at the next render, and Enter in the log-in form would send the password as a part of the address.
 */
export function Body({ children }: { children: ReactNode }) {
  const isListening = useSyncExternalStore(
    never,
    () => true,
    () => false,
  );
  useEffect(() => {
    // a browser passes over the field that asks for the focus as long as nothing can have it
    if (isListening) document.querySelector<HTMLElement>('[autofocus]')?.focus();
  }, [isListening]);
  return <body inert={!isListening}>{children}</body>;
}
