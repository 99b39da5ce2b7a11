import type { ReactNode } from 'react';

/** Nothing here yet: one sentence, one action, the CLI twin. */
export function Empty({ sentence, action, cli }: { sentence: ReactNode; action?: ReactNode; cli?: string }) {
  return (
    <div className="empty">
      <p className="muted">{sentence}</p>
      {action}
      {cli ? (
        <p className="cli">
          <code className="clip">{cli}</code>
        </p>
      ) : null}
    </div>
  );
}
