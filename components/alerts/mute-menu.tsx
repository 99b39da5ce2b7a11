'use client';

import { useMutation } from '@tanstack/react-query';
import { BellOff } from 'lucide-react';
import { refusalOf } from '#components/live/refusal.ts';
import { useTRPC } from '#components/live/trpc.ts';
import { Button, buttonClass } from '#components/ui/button.tsx';
import { Menu } from '#components/ui/menu.tsx';
import { showToast } from '#components/ui/toast.tsx';
import { type AlertView, isMuted } from '#model/alert.ts';

const SPANS = [
  { name: '30 minutes', minutes: 30 },
  { name: '2 hours', minutes: 120 },
  { name: '8 hours', minutes: 480 },
  { name: '1 day', minutes: 1440 },
] as const;

/** Keeps an alert from the channels for a while; it stays on the page. */
export function MuteMenu({
  alert,
  now,
  title,
  refusal,
}: {
  alert: AlertView;
  now: number;
  title: string;
  refusal: string | null;
}) {
  const trpc = useTRPC();
  const mute = useMutation(
    trpc.alerts.mute.mutationOptions({
      onError: (error) => showToast('failed', refusalOf(error).message),
    }),
  );
  if (refusal !== null)
    return (
      <Button refusal={refusal}>
        Mute<span className="sr"> {title}</span>
      </Button>
    );
  if (isMuted(alert, now))
    return (
      <Button pending={mute.isPending} onClick={() => mute.mutate({ id: alert.id, minutes: null })}>
        Unmute<span className="sr"> {title}</span>
      </Button>
    );
  return (
    <Menu
      className={buttonClass()}
      label={
        <>
          <BellOff className="i" aria-hidden="true" />
          Mute<span className="sr"> {title}</span>
        </>
      }
    >
      {(close) =>
        SPANS.map(({ name, minutes }) => (
          <button
            key={minutes}
            type="button"
            onClick={() => mute.mutate({ id: alert.id, minutes }, { onSettled: close })}
          >
            For {name}
          </button>
        ))
      }
    </Menu>
  );
}
