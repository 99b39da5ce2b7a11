'use client';

import { type ReactNode, useEffect, useRef } from 'react';

type MenuProps = {
  /** What its button shows. */
  label: ReactNode;
  className: string;
  title?: string;
  /** Opens above its button instead of below. */
  up?: boolean;
  children: (close: () => void) => ReactNode;
};

/** A small panel at its button. `Esc`, a press elsewhere and walking on with the keyboard close it. */
export function Menu({ label, className, title, up = false, children }: MenuProps) {
  const panel = useRef<HTMLDetailsElement>(null);
  const close = () => panel.current?.removeAttribute('open');
  useEffect(() => {
    const onPress = ({ target }: PointerEvent) => {
      if (target instanceof Node && !panel.current?.contains(target)) panel.current?.removeAttribute('open');
    };
    document.addEventListener('pointerdown', onPress);
    return () => document.removeEventListener('pointerdown', onPress);
  }, []);
  return (
    <details
      ref={panel}
      className={up ? 'menu up' : 'menu'}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        close();
        panel.current?.querySelector('summary')?.focus();
      }}
      onBlur={({ relatedTarget, currentTarget }) => {
        if (relatedTarget instanceof Node && !currentTarget.contains(relatedTarget)) close();
      }}
    >
      <summary className={className} title={title}>
        {label}
      </summary>
      <div className="pop">{children(close)}</div>
    </details>
  );
}
