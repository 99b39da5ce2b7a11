import type { UiState } from '#components/ui/state-shape.tsx';
import type { DeliveryState, News } from '#model/channel.ts';

export const DELIVERY_LOOK = {
  waiting: { state: 'waiting', word: 'Waiting' },
  delivered: { state: 'running', word: 'Delivered' },
  failed: { state: 'failed', word: 'Given up' },
} as const satisfies Record<DeliveryState, { state: UiState; word: string }>;

export const NEWS_WORD = {
  raised: 'raised',
  acknowledged: 'taken',
  resolved: 'resolved',
  flapping: 'comes and goes',
  calm: 'calm again',
  test: 'test',
} as const satisfies Record<News, string>;
