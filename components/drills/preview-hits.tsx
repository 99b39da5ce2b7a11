'use client';

import { useId } from 'react';
import { Card } from '#components/ui/card.tsx';
import { count } from '#components/ui/format-time.ts';
import { StateShape } from '#components/ui/state-shape.tsx';
import type { DrillPreview, Victim } from '#model/drill.ts';
import { victimKey, victimName } from './drill-words.ts';
import { WhereItHit } from './where-it-hit.tsx';

const LISTED = 8;

/** The victim, proposed and named, and its blast radius: VMs struck in violet, pods that move, quorum. */
export function PreviewHits({
  preview,
  victim,
  onVictim,
}: {
  preview: DrillPreview;
  victim: Victim | null;
  onVictim: (victim: Victim | null) => void;
}) {
  const id = useId();
  const chosen = victim ?? preview.victim;
  return (
    <>
      <Card title="Who is hit" aside={<span className="cap">{victim ? 'chosen by you' : 'proposed'}</span>}>
        <div className="pad">
          <div className="field plain">
            <label htmlFor={id}>Victim</label>
            <select
              id={id}
              className="input"
              value={chosen ? victimKey(chosen) : ''}
              onChange={(event) =>
                onVictim(preview.candidates.find((each) => victimKey(each) === event.target.value) ?? null)
              }
            >
              {chosen === null ? <option value="">none possible</option> : null}
              {withChosen(preview.candidates, chosen).map((each) => (
                <option key={victimKey(each)} value={victimKey(each)}>
                  {victimName(each)}
                  {each.type === 'pod' && each.node ? ` on ${each.node}` : ''}
                </option>
              ))}
            </select>
          </div>
        </div>
        <dl className="props pad">
          <dt>VMs hit</dt>
          <dd>{preview.vmsHit.length === 0 ? 'none' : preview.vmsHit.join(', ')}</dd>
          <dt>etcd quorum before</dt>
          <dd>{preview.quorum.before}</dd>
          <dt>etcd quorum meanwhile</dt>
          <dd>{preview.quorum.after}</dd>
        </dl>
      </Card>
      <WhereItHit deployment={preview.deployment} cluster={preview.cluster} victim={chosen} hit={preview.vmsHit} />
      <PodsHit pods={preview.podsHit} />
    </>
  );
}

function withChosen(candidates: readonly Victim[], chosen: Victim | null): Victim[] {
  if (!chosen || candidates.some((each) => victimKey(each) === victimKey(chosen))) return [...candidates];
  return [chosen, ...candidates];
}

function PodsHit({ pods }: { pods: DrillPreview['podsHit'] }) {
  return (
    <Card title="Pods that will move" aside={<span className="cap">{count(pods.length, 'pod')}</span>}>
      {pods.length === 0 ? (
        <p className="pad muted">None: what runs on it is not a pod, or is started again in place.</p>
      ) : (
        <ul className="list">
          {pods.slice(0, LISTED).map((pod) => (
            <li key={`${pod.namespace}/${pod.name}`} data-state={pod.alone ? 'attention' : 'drill'}>
              <StateShape state={pod.alone ? 'attention' : 'drill'} />
              <span className="clip" title={`${pod.namespace}/${pod.name}`}>
                {pod.name} <span className="cap">{pod.namespace}</span>
              </span>
              <span className="cap">{pod.alone ? `alone on ${pod.node}: it will be away` : `from ${pod.node}`}</span>
            </li>
          ))}
          {pods.length > LISTED ? (
            <li>
              <StateShape state="waiting" />
              <span className="muted">{pods.length - LISTED} more</span>
              <span />
            </li>
          ) : null}
        </ul>
      )}
    </Card>
  );
}
