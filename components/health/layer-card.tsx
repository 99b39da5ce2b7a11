import { StateBadge } from '#components/ui/badge.tsx';
import { Card } from '#components/ui/card.tsx';
import { Meter } from '#components/ui/meter.tsx';
import type { UiState } from '#components/ui/state-shape.tsx';
import { Ago } from '#components/ui/time.tsx';
import type { LayerView } from '#model/health.ts';
import { formatMs } from './format-ms.ts';
import { LAYER_NAMES, OBJECTIVES, recoveryMs, type Share } from './objectives.ts';

/** One layer: who notices, who acts, figures of real recoveries against what is promised, and what is open. */
export function LayerCard({ layer, share }: { layer: LayerView; share: Share }) {
  const objective = OBJECTIVES[layer.layer];
  const state = stateOf(layer);
  return (
    <Card
      title={`${LAYER_NAMES[layer.layer]} layer`}
      aside={<StateBadge state={state} word={layer.open > 0 ? `${layer.open} open` : 'Nothing open'} plain />}
    >
      <div className="counters two-up">
        <Figure name="Noticed after" figures={layer.detectMs} limitMs={objective.detectMs} />
        <Figure name="Recovered after" figures={layer.recoverMs} limitMs={objective.recoverMs} />
      </div>
      <dl className="props pad layer-props">
        <dt>Notices</dt>
        <dd>{layer.detector}</dd>
        <dt>Acts</dt>
        <dd>{layer.actor}</dd>
        <dt>Objective</dt>
        <dd>{objective.promise}</dd>
        <dt>Met</dt>
        <dd>
          {share.of === 0 ? (
            'no recovery yet'
          ) : (
            <>
              <Meter percent={(share.met / share.of) * 100} warnAt={101} />{' '}
              <span className="cap">
                {share.met} of {share.of}
              </span>
            </>
          )}
        </dd>
        <dt>Last</dt>
        <dd>
          <Last layer={layer} />
        </dd>
      </dl>
    </Card>
  );
}

function stateOf(layer: LayerView): UiState {
  if (layer.open > 0) return layer.last?.drillId === null ? 'working' : 'drill';
  return layer.recoveries > 0 ? 'running' : 'waiting';
}

function Figure({ name, figures, limitMs }: { name: string; figures: LayerView['detectMs']; limitMs: number }) {
  const slow = figures !== null && figures.p95 > limitMs;
  return (
    <div>
      <span className="cap">{name}, median</span>
      <b>{figures ? formatMs(figures.p50) : '–'}</b>
      <span className={slow ? 'cap tone' : 'cap'} data-state={slow ? 'attention' : undefined}>
        {figures ? `p95 ${formatMs(figures.p95)}, ` : ''}limit {formatMs(limitMs)}
      </span>
    </div>
  );
}

function Last({ layer }: { layer: LayerView }) {
  const { last } = layer;
  if (!last) return 'nothing happened yet';
  const ms = recoveryMs(last);
  return (
    <>
      {last.title}, <Ago at={last.beganAt} />
      {ms === null ? ', still open' : `, back after ${formatMs(ms)}`}
    </>
  );
}
