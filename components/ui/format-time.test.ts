import { describe, expect, it } from 'vitest';
import { count, formatBytes, formatClock, formatKib, formatOffset, formatRange, formatSpan } from './format-time.ts';

describe('format-time', () => {
  it('says a span in its largest whole unit', () => {
    expect([
      formatSpan(400),
      formatSpan(40_900),
      formatSpan(119_000),
      formatSpan(7_200_000),
      formatSpan(3 * 86_400_000),
    ]).toEqual(['0 s', '40 s', '1 min', '2 h', '3 d']);
  });

  it('counts a run in minutes and, when long, in hours', () => {
    expect([formatClock(11_000), formatClock(252_400), formatClock(3_760_000)]).toEqual(['0:11', '4:12', '1:02:40']);
    expect(formatOffset(233_871)).toBe('3:53.871');
  });

  it('gives a range one unit and never ends it at zero', () => {
    expect(formatRange(180_000, 290_000)).toEqual({ value: '3–5', unit: 'min' });
    expect(formatRange(20_000, 39_500)).toEqual({ value: '20–40', unit: 's' });
    expect(formatRange(0, 300)).toEqual({ value: '0–1', unit: 's' });
  });

  it('keeps units beside numbers', () => {
    expect([formatBytes(950), formatBytes(318_000_000), formatBytes(1_500_000_000)]).toEqual([
      '950 B',
      '318 MB',
      '1.5 GB',
    ]);
    expect([formatKib(524_288), formatKib(3_355_443)]).toEqual(['512 MiB', '3.2 GiB']);
    expect([count(1, 'change'), count(5, 'change')]).toEqual(['1 change', '5 changes']);
  });
});
