import { describe, expect, it } from 'vitest';
import { journalFaults, publishedFaults } from './check-journal.ts';
import { readJournal } from './journal.ts';

const now = Date.UTC(2026, 0, 10);
const first = { idx: 0, when: now - 5000, tag: '0000_first', hash: 'a' };
const second = { idx: 1, when: now - 1000, tag: '0001_second', hash: 'b' };

describe('the journal check', () => {
  it('is content with the migrations of this repository', () => {
    expect(journalFaults(readJournal(), Date.now())).toEqual([]);
    expect(journalFaults([first, second], now)).toEqual([]);
  });

  it('finds a merged migration that the migrator would skip', () => {
    expect(journalFaults([first, { ...second, when: first.when - 1 }], now)).toEqual([
      '0001_second: its time stamp is not newer than that of 0000_first, so it would be skipped.',
    ]);
  });

  it('finds a gap in the numbers and a time stamp from the future', () => {
    const faults = journalFaults([first, { ...second, idx: 2, when: now + 48 * 3600 * 1000 }], now);
    expect(faults).toEqual(['0001_second: idx is 2, expected 1.', '0001_second: its time stamp lies in the future.']);
  });

  it('finds published SQL that was changed or removed, and new SQL that nobody published', () => {
    expect(publishedFaults([first, second], [first, second])).toEqual([]);
    expect(publishedFaults([{ ...first, hash: 'changed' }], [first])[0]).toContain('its SQL changed');
    expect(publishedFaults([second], [first])[0]).toContain('now missing');
    expect(publishedFaults([first, second], [first])[0]).toContain('not published yet');
  });
});
