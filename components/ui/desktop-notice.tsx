'use client';

import { ButtonLink } from './button.tsx';

/** Stands on a phone in place of what needs a wider screen; the page below it is hidden there. */
export function DesktopNotice({ what, back }: { what: string; back: { name: string; href: string } }) {
  const copy = () => navigator.clipboard.writeText(window.location.href);
  return (
    <section className="phone-only card pad stack small-gap">
      <h2>Open this page on a desktop</h2>
      <p className="muted">
        {what} needs a wider screen. On the phone you can read tiles, clusters and running work, and cancel a run.
      </p>
      <p className="row">
        <ButtonLink href={back.href}>{back.name}</ButtonLink>
        <button type="button" className="btn" onClick={copy}>
          Copy link
        </button>
      </p>
    </section>
  );
}
