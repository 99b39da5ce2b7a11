import type { ReactNode } from 'react';

type CardProps = {
  title?: ReactNode;
  /** Caption or buttons at the right of the title. */
  aside?: ReactNode;
  footer?: ReactNode;
  label?: string;
  className?: string;
  level?: 2 | 3;
  children: ReactNode;
};

/** A flat box with an optional title row and foot. Content brings its own padding (`pad`, `list`). */
export function Card({ title, aside, footer, label, className, level = 2, children }: CardProps) {
  const Heading = level === 2 ? 'h2' : 'h3';
  return (
    <section className={className ? `card ${className}` : 'card'} aria-label={label}>
      {title ? (
        <header>
          <Heading className="grow">{title}</Heading>
          {aside}
        </header>
      ) : null}
      {children}
      {footer ? <footer>{footer}</footer> : null}
    </section>
  );
}
