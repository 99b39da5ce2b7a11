import { describe, expect, it } from 'vitest';
import { EVENT_TYPES, type TesseraEvent } from '#model/event.ts';
import { compareCursors, isStale, staleQueries } from './apply-event.ts';

const event = (type: TesseraEvent['type'], subject: string): TesseraEvent => ({
  cursor: '1.1',
  at: '2026-01-01T00:00:00Z',
  type,
  subject,
  data: {},
});

describe('staleQueries', () => {
  it('finds something to read again for every kind of event', () => {
    for (const type of EVENT_TYPES) expect(staleQueries(event(type, 'thing/1'))).not.toHaveLength(0);
  });

  it('touches only the task an event names', () => {
    const [stale] = staleQueries(event('task.step', 'task/7'));
    expect(stale && isStale([['tasks', 'read'], { input: { id: 7 }, type: 'query' }], stale)).toBe(true);
    expect(stale && isStale([['tasks', 'read'], { input: { id: 8 }, type: 'query' }], stale)).toBe(false);
    expect(stale && isStale([['tasks', 'list'], { type: 'query' }], stale)).toBe(false);
  });

  it('takes a router name for all its queries, but not for a longer name', () => {
    expect(isStale([['products', 'form'], { input: { slug: 'p' } }], { path: 'products', input: null })).toBe(true);
    expect(isStale([['productsOld'], {}], { path: 'products', input: null })).toBe(false);
    expect(isStale(['own key'], { path: 'products', input: null })).toBe(false);
  });
});

describe('compareCursors', () => {
  it('orders by transaction, then by id, beyond the range of doubles', () => {
    expect(compareCursors('9.5', '10.1')).toBe(-1);
    expect(compareCursors('10.10', '10.9')).toBe(1);
    expect(compareCursors('9007199254740993.1', '9007199254740992.1')).toBe(1);
    expect(compareCursors('3.3', '3.3')).toBe(0);
  });
});
