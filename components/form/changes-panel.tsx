'use client';

import { useWatch } from 'react-hook-form';
import { Card } from '#components/ui/card.tsx';
import { CopyButton } from '#components/ui/copy-button.tsx';
import { count } from '#components/ui/format-time.ts';
import type { Field } from '#model/field.ts';
import { type FormView, isShown } from '#model/form.ts';
import { isCredential } from '#model/property.ts';
import { fromDraft } from './field-name.ts';
import { formFile } from './form-file.ts';
import { sameValue } from './merge-form.ts';
import { showValue } from './show-value.ts';
import type { ProductForm } from './use-product-form.ts';

/** What this form changes against what runs (or, before the first apply, against the defaults), and the same as a file for the CLI. */
export function ChangesPanel({ state, view }: { state: ProductForm; view: FormView }) {
  const draft = useWatch({ control: state.form.control });
  const values = { ...view.values, ...fromDraft(draft) };
  const before = view.deployed ?? view.defaults;
  const changed = state.fields.filter((field) => isShown(field, values) && differs(field, before, values, view));
  const yaml = formFile({ slug: view.slug, form: view.form.name }, changed, values);
  return (
    <aside className="stack" aria-label="What this changes">
      <Card title="What this changes" aside={<span className="cap">{count(changed.length, 'field')}</span>}>
        <div className="pad deltas">
          {changed.map((field) => (
            <div className="delta" key={field.reference}>
              <span className="sign" data-state="attention" aria-hidden="true">
                ~
              </span>
              <div>
                {field.label}
                <div className="vals">
                  {isCredential(field.blueprint.type) ? (
                    'changed (secret)'
                  ) : (
                    <>
                      {showValue(field, before[field.reference])} → <b>{showValue(field, values[field.reference])}</b>
                    </>
                  )}
                </div>
              </div>
            </div>
          ))}
          {changed.length === 0 ? (
            <p className="muted">
              {view.deployed ? 'Nothing: this form is as applied.' : 'Nothing: all values are defaults.'}
            </p>
          ) : null}
        </div>
        <footer className="cap">
          {view.deployed ? 'against what was last applied' : 'against the defaults; never applied yet'}
        </footer>
      </Card>
      {changed.length > 0 ? (
        <Card title="Same as a file" aside={<CopyButton text={yaml} />}>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard */}
          <pre className="code om" tabIndex={0}>
            {yaml.split('\n').map((line, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: lines of one text have no other identity
              <span key={index} className={line.startsWith('#') ? 'c' : undefined}>
                {line || ' '}
              </span>
            ))}
          </pre>
        </Card>
      ) : null}
    </aside>
  );
}

function differs(
  field: Field,
  before: Record<string, unknown>,
  values: Record<string, unknown>,
  view: FormView,
): boolean {
  if (!sameValue(before[field.reference], values[field.reference])) return true;
  // secrets never come to the browser: before the first apply, one that is set is new
  return (
    view.deployed === null &&
    field.blueprint.configurable &&
    Object.keys(view.secrets).some((path) => path.startsWith(`${field.reference}.`))
  );
}
