import { describe, expect, it } from 'vitest';
import type { Field } from '#model/field.ts';
import type { FormView } from '#model/form.ts';
import { faultName, fromDraft, toDraft } from './field-name.ts';
import { mergeForm, sameValue } from './merge-form.ts';

// only label and reference of a field matter to a merge
const field = (reference: string): Field => ({ reference, label: reference }) as unknown as Field;
const view = (values: Record<string, unknown>, secrets: FormView['secrets'] = {}): FormView =>
  // the rest of a form view is not read here
  ({ values, secrets }) as unknown as FormView;
const fields = [field('.properties.a'), field('.properties.b')];

describe('mergeForm', () => {
  it('takes their change, keeps mine, and calls it no conflict when the fields differ', () => {
    const merged = mergeForm(
      view({ '.properties.a': '1', '.properties.b': '1' }),
      { '.properties.a': '2', '.properties.b': '1' },
      view({ '.properties.a': '1', '.properties.b': '3' }),
      fields,
    );
    expect(merged).toEqual({ values: { '.properties.a': '2', '.properties.b': '3' }, conflicts: [] });
  });

  it('shows both values when both changed one field, and none when they agree', () => {
    const base = view({ '.properties.a': '1' });
    expect(mergeForm(base, { '.properties.a': '2' }, view({ '.properties.a': '3' }), fields).conflicts).toMatchObject([
      { mine: '2', theirs: '3' },
    ]);
    expect(mergeForm(base, { '.properties.a': '3' }, view({ '.properties.a': '3' }), fields).conflicts).toEqual([]);
  });

  it('sees by its date that someone replaced a secret', () => {
    const base = view({ '.properties.a': { secret: '' } }, { '.properties.a.secret': { setAt: '1' } });
    const latest = view({ '.properties.a': { secret: '' } }, { '.properties.a.secret': { setAt: '2' } });
    expect(mergeForm(base, { '.properties.a': { secret: 'new' } }, latest, fields).conflicts).toMatchObject([
      { secret: true },
    ]);
    expect(mergeForm(base, { '.properties.a': { secret: '' } }, latest, fields).conflicts).toEqual([]);
  });
});

describe('sameValue', () => {
  it('does not tell blank from absent', () => {
    expect(sameValue({ identity: '', password: '' }, null)).toBe(true);
    expect(sameValue([], undefined)).toBe(true);
    expect(sameValue(0, null)).toBe(false);
    expect(sameValue({ a: 1, b: 2 }, { b: 2, a: 1 })).toBe(true);
  });
});

describe('field names', () => {
  it('hold no dot but those of nesting, and come back', () => {
    const values = { '.properties.a.active.name': 'x', 'network_and_azs.network': 'y' };
    expect(Object.keys(toDraft(values)).every((name) => !name.includes('.'))).toBe(true);
    expect(fromDraft(toDraft(values))).toEqual(values);
    expect(faultName({ reference: '.properties.c', path: '.properties.c[0].password.secret' })).toBe(
      '~properties~c.0.password.secret',
    );
  });
});
