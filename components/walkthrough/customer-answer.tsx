'use client';

import { Button } from '#components/ui/button.tsx';
import { StateShape, type UiState } from '#components/ui/state-shape.tsx';
import type { useCustomer } from './use-customer.ts';

type CustomerQuery = ReturnType<typeof useCustomer>;

/** The answer to *Get customer 1*, in words and as it came, with a button to ask again. */
export function CustomerAnswer({ customer }: { customer: CustomerQuery }) {
  const { data: answer } = customer;
  const state = shapeOf(customer);
  return (
    <div className="stack answer-box" data-state={state}>
      <p className="row wrap">
        <StateShape state={state} />
        <strong>Get customer 1</strong>
        <span className="muted" role="status">
          {wordsOf(customer)}
        </span>
        <Button small onClick={() => void customer.refetch()}>
          Send again
        </Button>
      </p>
      {answer?.body ? <pre className="answer">{answer.body}</pre> : null}
    </div>
  );
}

function shapeOf({ data: answer, isFetching }: CustomerQuery): UiState {
  if (answer?.ok) return 'done';
  return answer || !isFetching ? 'attention' : 'working';
}

function wordsOf({ data: answer, error, isFetching }: CustomerQuery): string {
  if (error) return error.message;
  if (!answer) return isFetching ? 'asking …' : 'not asked yet';
  if (answer.ok) return `answered ${answer.status} after ${answer.ms} ms: the data is there`;
  return answer.error ?? `answered ${answer.status}, but without customer 1`;
}
