'use client';

import { links } from '#components/links.ts';
import { ProductIcon } from '#components/tiles/product-icon.tsx';
import { StateBadge } from '#components/ui/badge.tsx';
import { count } from '#components/ui/format-time.ts';
import { Link } from '#components/ui/link.tsx';
import type { PendingChange } from '#model/installation.ts';
import { type ChangeLine, changeLines, vmDiffText } from './change-lines.ts';

type ReviewProductProps = {
  change: PendingChange;
  chosen: boolean;
  /** Installation that applies this product now. */
  applying: number | null;
  errands: Record<string, boolean>;
  onChoose: (on: boolean) => void;
  onErrand: (name: string, on: boolean) => void;
};

/** One product of the review: its property diff, VM diff and errands. */
export function ReviewProduct({ change, chosen, applying, errands, onChoose, onErrand }: ReviewProductProps) {
  return (
    <article className="card">
      <header>
        <input
          className="check"
          type="checkbox"
          checked={chosen}
          disabled={applying !== null}
          aria-label={`Apply ${change.label}`}
          onChange={(event) => onChoose(event.target.checked)}
        />
        <ProductIcon slug={change.slug} />
        <h3 className="grow">
          <Link href={links.product(change.slug)}>{change.label}</Link>
        </h3>
        {applying === null ? (
          <span className="badge mono muted" title={vmTitle(change)}>
            {vmDiffText(change.vms)}
          </span>
        ) : (
          <Link href={links.installation(applying)}>
            <StateBadge state="working" word={`Applying in ${applying}`} />
          </Link>
        )}
      </header>
      <div className="pad deltas">
        {changeLines(change).map((line) => (
          <Delta key={line.key} line={line} />
        ))}
        {changeLines(change).length === 0 ? <p className="muted">No changes of its own.</p> : null}
      </div>
      {change.errands.length > 0 ? (
        <footer>
          <details>
            <summary className="link">
              Errands, {change.errands.filter((errand) => errands[errand.name] ?? errand.on).length} of{' '}
              {change.errands.length} on
            </summary>
            <div className="checks">
              {change.errands.map((errand) => (
                <label key={errand.name}>
                  <input
                    type="checkbox"
                    className="check"
                    checked={errands[errand.name] ?? errand.on}
                    onChange={(event) => onErrand(errand.name, event.target.checked)}
                  />
                  <span>{errand.label}</span>
                  <small className="cap">for this run only</small>
                </label>
              ))}
            </div>
          </details>
        </footer>
      ) : null}
    </article>
  );
}

/** One changed property: old → new; of a secret only that it changed. */
export function Delta({ line }: { line: ChangeLine }) {
  return (
    <div className="delta">
      <span className="sign" data-state={line.state} aria-hidden="true">
        {line.sign}
      </span>
      <div>
        {line.title}
        <div className="vals">{line.key === 'product' ? null : <Values line={line} />}</div>
      </div>
    </div>
  );
}

function Values({ line }: { line: ChangeLine }) {
  if (line.secret) return <>{line.before === null ? 'set' : 'changed'} (secret)</>;
  if (line.before === null) return <b>{line.after}</b>;
  return (
    <>
      {line.before} → <b>{line.after ?? 'removed'}</b>
    </>
  );
}

function vmTitle({ vms }: PendingChange): string {
  const parts = [
    ['made', vms.create],
    ['updated', vms.update],
    ['recreated', vms.recreate],
    ['deleted', vms.delete],
  ] as const;
  return parts
    .map(([word, names]) => `${count(names.length, 'VM')} ${word}${names.length > 0 ? `: ${names.join(', ')}` : ''}`)
    .join('\n');
}
