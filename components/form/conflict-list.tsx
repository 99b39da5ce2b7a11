'use client';

import { Button } from '#components/ui/button.tsx';
import { Callout } from '#components/ui/callout.tsx';
import { showValue } from './show-value.ts';
import type { ProductForm } from './use-product-form.ts';

/** Fields that two people changed: both values, and the reader decides. */
export function ConflictList({ state }: { state: ProductForm }) {
  if (state.conflicts.length === 0) return null;
  return (
    <Callout state="attention" title={`${state.base.changedBy ?? 'Someone'} changed the same fields`} alert>
      <ul className="conflicts">
        {state.conflicts.map((conflict) => {
          const field = state.fields.find((candidate) => candidate.reference === conflict.reference);
          if (!field) return null;
          return (
            <li key={conflict.reference}>
              <b>{conflict.label}</b>
              {conflict.secret ? (
                <p>Both of you gave a new secret; theirs is stored.</p>
              ) : (
                <p>
                  theirs, stored: <code>{showValue(field, conflict.theirs)}</code> · yours:{' '}
                  <code>{showValue(field, conflict.mine)}</code>
                </p>
              )}
              <p className="row">
                <Button small onClick={() => state.resolve(conflict, 'mine')}>
                  Keep mine<span className="sr"> for {conflict.label}</span>
                </Button>
                <Button small onClick={() => state.resolve(conflict, 'theirs')}>
                  Take theirs<span className="sr"> for {conflict.label}</span>
                </Button>
              </p>
            </li>
          );
        })}
      </ul>
    </Callout>
  );
}
