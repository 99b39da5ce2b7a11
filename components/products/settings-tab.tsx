'use client';

import { ProductForm } from '#components/form/product-form.tsx';
import { links } from '#components/links.ts';
import { DesktopNotice } from '#components/ui/desktop-notice.tsx';
import { Link } from '#components/ui/link.tsx';
import { StateShape } from '#components/ui/state-shape.tsx';
import type { FormMark, ProductTile } from '#model/product.ts';
import { ProductFrame } from './product-frame.tsx';

/** Settings of a product: the list of its forms and the open one. Without a form in the address, the first that needs a look. */
export function SettingsTab({ slug, form }: { slug: string; form: string | null }) {
  return (
    <ProductFrame slug={slug} tab="settings">
      {(tile) => <OpenSettings tile={tile} form={form ?? firstForm(tile)} />}
    </ProductFrame>
  );
}

const firstForm = (tile: ProductTile): string =>
  (tile.forms.find((mark) => !mark.complete) ?? tile.forms[0])?.name ?? '';

function OpenSettings({ tile, form }: { tile: ProductTile; form: string }) {
  return (
    <>
      <DesktopNotice what="A form" back={{ name: 'Products', href: links.products() }} />
      <div className="form-grid desktop-only">
        <nav className="formlist" aria-label="Forms">
          {tile.forms.map((mark) => (
            <FormLink key={mark.name} tile={tile} mark={mark} current={mark.name === form} />
          ))}
          {tile.forms.some((mark) => mark.staged) ? (
            <p className="cap formlist-foot">
              <span className="staged-dot" /> staged, not applied
            </p>
          ) : null}
        </nav>
        <ProductForm guid={tile.guid} form={form} deleting={tile.state === 'deleting'} />
      </div>
    </>
  );
}

function FormLink({ tile, mark, current }: { tile: ProductTile; mark: FormMark; current: boolean }) {
  const state = mark.complete ? 'done' : 'attention';
  return (
    <Link
      href={links.product(tile.slug, mark.name)}
      aria-current={current ? 'page' : undefined}
      title={mark.changedBy ? `saved by ${mark.changedBy}` : undefined}
    >
      <span data-state={state}>
        <StateShape state={state} />
        <span className="sr">{mark.complete ? 'complete: ' : 'needs values: '}</span>
      </span>
      <span>{mark.label}</span>
      <span className="row marks">
        {mark.staged ? (
          <span className="staged-dot" title="Staged changes">
            <span className="sr">, staged changes</span>
          </span>
        ) : null}
        {mark.faults > 0 ? (
          <span className="n" data-state="attention">
            {mark.faults}
            <span className="sr"> to fill in</span>
          </span>
        ) : null}
      </span>
    </Link>
  );
}
