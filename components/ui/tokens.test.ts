import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

/** WCAG 2.x: text 4.5 against what it stands on, controls and shapes 3. */
const TEXT = 4.5;
const SHAPE = 3;
const css = readFileSync(path.join(import.meta.dirname, '..', '..', 'app', 'styles', 'tokens.css'), 'utf8');

const STATES = ['accent', 'ok', 'warn', 'danger', 'stopped', 'drill'];
const PLANES = ['bg', 'surface'];

describe.each(['light', 'dark'])('the %s theme', (theme) => {
  const colours = coloursOf(theme);
  const ratio = (front: string, back: string) => contrast(colours.get(front) ?? '', colours.get(back) ?? '');

  it.each(
    ['text', 'text-muted', 'text-faint', ...STATES].flatMap((front) => PLANES.map((back) => [front, back] as const)),
  )('reads --%s on --%s', (front, back) => {
    expect(ratio(front, back)).toBeGreaterThanOrEqual(TEXT);
  });

  it.each(STATES)('reads the state --%s on its tint, and what stands on it when it is solid', (state) => {
    expect(ratio(state, `${state}-tint`)).toBeGreaterThanOrEqual(TEXT);
    expect(ratio('on-solid', state)).toBeGreaterThanOrEqual(TEXT);
  });

  it.each(['sunken', 'selected', 'raised'])('reads text and its ranks on --%s', (back) => {
    for (const front of ['text', 'text-muted', 'text-faint']) expect(ratio(front, back)).toBeGreaterThanOrEqual(TEXT);
  });

  it.each(PLANES)('shows the edge of an input on --%s', (back) => {
    expect(ratio('control-border', back)).toBeGreaterThanOrEqual(SHAPE);
  });
});

it('knows black on white', () => {
  expect(contrast('#000000', '#FFFFFF')).toBeCloseTo(21, 5);
});

/** Colours of a theme by token name. */
function coloursOf(theme: string): Map<string, string> {
  const start = css.indexOf(`[data-theme="${theme}"]`);
  const block = css.slice(start, css.indexOf('}', start));
  return new Map(
    [...block.matchAll(/--([\w-]+):\s*(#[0-9A-Fa-f]{6})/g)].map(([, name = '', colour = '']) => [name, colour]),
  );
}

function contrast(front: string, back: string): number {
  const [a, b] = [luminance(front), luminance(back)];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

function luminance(colour: string): number {
  const [red = Number.NaN, green = Number.NaN, blue = Number.NaN] = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
