'use client';

import { refusalOf } from '#components/live/refusal.ts';
import { Button } from './button.tsx';
import { Callout } from './callout.tsx';
import { CopyButton } from './copy-button.tsx';

/** What could not be read or done: sentence, next action, id, and a way to try again. */
export function ErrorView({ what, error, onRetry }: { what: string; error: unknown; onRetry?: () => void }) {
  const refusal = refusalOf(error);
  const details = [what, refusal.message, refusal.remedy, refusal.code, refusal.id ?? ''].filter(Boolean).join('\n');
  return (
    <Callout state="failed" title={what} alert>
      <p>{refusal.message}</p>
      <p className="cap">
        {refusal.remedy}
        {refusal.id ? (
          <>
            {' '}
            · id <span className="mono">{refusal.id}</span>
          </>
        ) : null}
      </p>
      <div className="row">
        {onRetry ? (
          <Button small onClick={onRetry}>
            Try again
          </Button>
        ) : null}
        <CopyButton text={details} label="Copy details" />
      </div>
    </Callout>
  );
}
