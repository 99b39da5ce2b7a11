'use client';

import { useMutation } from '@tanstack/react-query';
import { links } from '#components/links.ts';
import { useStaleRefusal } from '#components/live/connection-banner.tsx';
import { useSession } from '#components/live/live-provider.tsx';
import { refusalOf } from '#components/live/refusal.ts';
import { useTRPC } from '#components/live/trpc.ts';
import { Button } from '#components/ui/button.tsx';
import { Link } from '#components/ui/link.tsx';
import { StateShape } from '#components/ui/state-shape.tsx';
import { Ago, Clock } from '#components/ui/time.tsx';
import { showToast } from '#components/ui/toast.tsx';
import { type AlertView, canAlert, isMuted, needsPerson } from '#model/alert.ts';
import { shapeOf, titleOf } from './alert-state.ts';
import { MuteMenu } from './mute-menu.tsx';
import { subjectHref } from './subject-href.ts';
import { ToldList } from './told-list.tsx';

/** One alert: what, why, since when, who is on it, and what a person can do. */
export function AlertCard({ alert, now }: { alert: AlertView; now: number }) {
  const state = shapeOf(alert, now);
  const href = subjectHref(alert);
  const title = titleOf(alert);
  return (
    <article className="card alert" data-state={state} id={`alert-${alert.id}`}>
      <StateShape state={state} />
      <div className="stack alert-words">
        <h3>
          {alert.drillId === null ? null : <DrillTag drillId={alert.drillId} />}
          {href ? <Link href={href}>{title}</Link> : title}
        </h3>
        {alert.detail ? <p className="muted">{alert.detail}</p> : null}
        <Caption alert={alert} now={now} />
        <ToldList alertId={alert.id} />
      </div>
      {alert.state === 'open' ? <Deeds alert={alert} now={now} title={title} /> : null}
    </article>
  );
}

function DrillTag({ drillId }: { drillId: number }) {
  return (
    <>
      <Link className="tag drill-tag" data-state="drill" href={links.drill(drillId)}>
        DRILL
      </Link>{' '}
    </>
  );
}

const STATE_WORD = { critical: 'Critical', error: 'Error', warning: 'Warning', info: 'Info' } as const;

function Caption({ alert, now }: { alert: AlertView; now: number }) {
  return (
    <p className="cap alert-cap">
      <span>
        {alert.state === 'open' ? (
          <Ago at={alert.openedAt} suffix="" />
        ) : (
          <>
            Resolved <Ago at={alert.resolvedAt ?? alert.lastAt} />
          </>
        )}
      </span>
      <span>{STATE_WORD[alert.severity]}</span>
      <span>{whoOf(alert)}</span>
      {alert.count > 1 ? <span>reported {alert.count} times</span> : null}
      {alert.flapping ? <span>comes and goes: further news is held back</span> : null}
      {alert.mutedUntil !== null && isMuted(alert, now) ? (
        <span>
          muted until <Clock at={alert.mutedUntil} />
        </span>
      ) : null}
    </p>
  );
}

function whoOf(alert: AlertView): string {
  if (alert.acknowledgedBy !== null) return `taken by ${alert.acknowledgedBy}`;
  if (alert.drillId !== null) return 'planned: nobody needs to act';
  if (alert.state === 'resolved') return alert.handled ? 'handled by Tessera' : 'nobody had taken it';
  return alert.handled ? 'Tessera is on it' : 'nobody has taken it';
}

function Deeds({ alert, now, title }: { alert: AlertView; now: number; title: string }) {
  const trpc = useTRPC();
  const { rights } = useSession();
  const stale = useStaleRefusal();
  const refusal =
    stale ??
    (rights['acknowledge-alert'] ? null : 'that takes one of the groups that may change things (opsman.*_control)');
  const take = useMutation(
    trpc.alerts.acknowledge.mutationOptions({ onError: (error) => showToast('failed', refusalOf(error).message) }),
  );
  return (
    <div className="row alert-deeds">
      {canAlert.acknowledge(alert) && needsPerson(alert, now) ? (
        <Button look="primary" refusal={refusal} pending={take.isPending} onClick={() => take.mutate({ id: alert.id })}>
          Take it<span className="sr">: {title}</span>
        </Button>
      ) : null}
      <MuteMenu alert={alert} now={now} title={title} refusal={refusal} />
    </div>
  );
}
