'use client';

import dynamic from 'next/dynamic';
import { useRouter } from 'next/navigation';
import { useEffect, useState } from 'react';
import { Button } from '#components/ui/button.tsx';
import { count as countOf } from '#components/ui/format-time.ts';

const Dialog = dynamic(() => import('#components/ui/dialog.tsx').then((module) => module.Dialog));

/** Leaving with unsaved edits asks: by link in a dialog, by closing the tab in the browser's own words. */
export function UnsavedGuard({
  count,
  onSave,
  onDiscard,
}: {
  count: number;
  onSave: () => void;
  onDiscard: () => void;
}) {
  const router = useRouter();
  const [target, setTarget] = useState<string | null>(null);
  const dirty = count > 0;
  useEffect(() => {
    if (!dirty) return;
    const onUnload = (event: BeforeUnloadEvent) => event.preventDefault();
    const onClick = (event: MouseEvent) => {
      const href = leavingHref(event);
      if (!href) return;
      event.preventDefault();
      event.stopPropagation();
      setTarget(href);
    };
    window.addEventListener('beforeunload', onUnload);
    // capture: before the router sees the click
    document.addEventListener('click', onClick, true);
    return () => {
      window.removeEventListener('beforeunload', onUnload);
      document.removeEventListener('click', onClick, true);
    };
  }, [dirty]);
  if (target === null) return null;
  const leave = () => {
    onDiscard();
    setTarget(null);
    router.push(target);
  };
  const stay = () => {
    setTarget(null);
    onSave();
  };
  return (
    <Dialog
      title="Unsaved edits"
      description={`${countOf(count, 'edit')} on this form ${count === 1 ? 'is' : 'are'} not saved.`}
      onClose={() => setTarget(null)}
      footer={
        <>
          <Button look="danger" onClick={leave}>
            Leave without saving
          </Button>
          <Button look="primary" onClick={stay}>
            Save and stay
          </Button>
        </>
      }
    >
      <p className="muted">Saving stages the edits; nothing runs until Apply.</p>
    </Dialog>
  );
}

/** Address of a plain click on a link that leaves this page; null for anything else. */
function leavingHref(event: MouseEvent): string | null {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return null;
  const link = event.target instanceof Element ? event.target.closest('a') : null;
  if (!link?.href || link.target === '_blank' || link.hasAttribute('download')) return null;
  const url = new URL(link.href);
  if (url.origin !== location.origin || url.pathname === location.pathname) return null;
  return `${url.pathname}${url.search}${url.hash}`;
}
