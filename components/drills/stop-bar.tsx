'use client';

import { useMutation } from '@tanstack/react-query';
import { Power } from 'lucide-react';
import { useCallback, useEffect, useState } from 'react';
import { createPortal } from 'react-dom';
import { useSession } from '#components/live/live-provider.tsx';
import { refusalOf } from '#components/live/refusal.ts';
import { useTRPC } from '#components/live/trpc.ts';
import { formatClock } from '#components/ui/format-time.ts';
import { useNow } from '#components/ui/now.ts';
import type { DrillView } from '#model/drill.ts';
import { victimName } from './drill-words.ts';
import { useHold } from './use-hold.ts';

/** Stop & undo, always in the same place: hold it, or press Shift+Esc anywhere. Beside it, when the drill ends by itself whoever is dead. */
export function StopBar({ drill }: { drill: DrillView }) {
  const trpc = useTRPC();
  const { rights } = useSession();
  const stop = useMutation(trpc.drills.stop.mutationOptions());
  const refusal = refusalFor(drill, rights['run-drill'], stop.isPending);
  const { mutate } = stop;
  const act = useCallback(() => {
    if (refusal === null) mutate({ id: drill.id });
  }, [drill.id, mutate, refusal]);
  const { held, props } = useHold(act);
  // outside the page, which turns grey when it is not live: Stop stays red and in its place
  const [shell, setShell] = useState<Element | null>(null);
  useEffect(() => setShell(document.querySelector('.shell')), []);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== 'Escape' || !event.shiftKey) return;
      event.preventDefault();
      act();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [act]);
  if (!shell) return null;
  return createPortal(
    <section className="stopbar" aria-label="Stop the drill">
      <button
        type="button"
        className="stop"
        aria-disabled={refusal !== null || undefined}
        aria-describedby="stop-how"
        title={refusal ?? 'Hold 0.6 s, or press Shift+Esc'}
        data-held={held ? '' : undefined}
        {...props}
      >
        <Power className="i" aria-hidden="true" />
        {drill.state === 'stopping' || stop.isPending ? 'Stopping …' : 'Stop & undo'}
      </button>
      <div className="grow" id="stop-how">
        <strong>
          Hold 0.6 s, or <kbd>⇧ Esc</kbd>
        </strong>
        <span className="muted" role={stop.error ? 'alert' : undefined}>
          {stop.error ? refusalOf(stop.error).message : (refusal ?? effectOf(drill))}
        </span>
      </div>
      {drill.undoAt ? <DeadMan at={drill.undoAt} /> : null}
    </section>,
    shell,
  );
}

/** The undo is armed on the victim: this counts down with console and director dead, too. */
function DeadMan({ at }: { at: string }) {
  const left = Math.max(0, Date.parse(at) - useNow(1000));
  return (
    <div className="dead" role="timer">
      <span className="muted">Ends by itself in</span>
      <b suppressHydrationWarning>{left === 0 ? 'a moment' : formatClock(left)}</b>
      <span className="cap desktop-only">even if this console dies</span>
    </div>
  );
}

function refusalFor(drill: DrillView, allowed: boolean, pending: boolean): string | null {
  if (!allowed) return 'Stopping a drill takes the right to run drills.';
  if (pending || drill.state === 'stopping') return 'It is being stopped and undone.';
  return null;
}

const effectOf = (drill: DrillView): string =>
  drill.injectedAt
    ? `Undoes what was done to ${victimName(drill.victim)} and ends the drill. Takes effect within 2 s.`
    : 'Nothing has been injected yet: it ends without having done anything.';
