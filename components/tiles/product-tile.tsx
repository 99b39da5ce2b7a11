'use client';

import { useQuery } from '@tanstack/react-query';
import { links } from '#components/links.ts';
import { useTRPC } from '#components/live/trpc.ts';
import { useUnheard } from '#components/live/use-unheard.ts';
import { figuresOf, isOver, progressPercent } from '#components/tasks/task-state.ts';
import { StateBadge } from '#components/ui/badge.tsx';
import { count, formatRange } from '#components/ui/format-time.ts';
import { Link } from '#components/ui/link.tsx';
import { ProgressBar } from '#components/ui/meter.tsx';
import { StateShape } from '#components/ui/state-shape.tsx';
import { Ago, Elapsed } from '#components/ui/time.tsx';
import type { ProductTile as Tile, TileReason } from '#model/product.ts';
import { ProductIcon } from './product-icon.tsx';
import { TILE_SHOWN } from './tile-state.ts';

const UNHEARD = { state: 'unknown', tone: 'unknown', word: 'Unknown' } as const;

/** Reasons shown on a tile; the rest stand on its page. */
const REASONS_MAX = 3;

/** One product on the dashboard: what it is, what it will be, why it is not green, what to do. */
export function ProductTile({ tile }: { tile: Tile }) {
  const unheard = useUnheard() && tile.instances.total > 0 && tile.state === 'installed';
  const shown = unheard ? UNHEARD : TILE_SHOWN[tile.state];
  return (
    <article className="tile" data-state={shown.tone} aria-label={tile.label}>
      <h2 className="title">
        <ProductIcon slug={tile.slug} icon={tile.icon} />
        <Link href={links.product(tile.slug)} title={tile.label}>
          {tile.label}
        </Link>
        <StateBadge state={shown.state} tone={shown.tone} word={shown.word} />
      </h2>
      <p className="version">
        <Versions tile={tile} />
      </p>
      <Why tile={tile} />
      <p className="facts">
        <span>
          {tile.stemcell ? `Stemcell ${tile.stemcell}` : 'No VMs of its own'}
          {tile.instances.total > 0 ? ` · ${tile.instances.healthy} of ${count(tile.instances.total, 'instance')}` : ''}
        </span>
        <span>
          {tile.appliedAt ? (
            <>
              Applied <Ago at={tile.appliedAt} />
              {tile.appliedBy ? ` by ${tile.appliedBy}` : ''}
            </>
          ) : (
            'Never applied'
          )}
        </span>
      </p>
      <p className="foot">
        <TileAction tile={tile} />
        {tile.pendingCount > 0 ? (
          <Link className="chip" href={links.apply()}>
            <b>{tile.pendingCount}</b> {tile.pendingCount === 1 ? 'change' : 'changes'}
          </Link>
        ) : (
          <span className="cap">No changes</span>
        )}
      </p>
    </article>
  );
}

function Versions({ tile }: { tile: Tile }) {
  if (tile.installedVersion === null) {
    return (
      <>
        <b>{tile.stagedVersion}</b> staged
      </>
    );
  }
  if (tile.installedVersion === tile.stagedVersion) {
    return (
      <>
        <b>{tile.installedVersion}</b> installed
      </>
    );
  }
  return (
    <>
      <b>{tile.installedVersion}</b> installed → <b>{tile.stagedVersion}</b> staged
    </>
  );
}

function Why({ tile }: { tile: Tile }) {
  if (tile.state === 'applying' && tile.taskId !== null) return <Applying taskId={tile.taskId} />;
  if (tile.reasons.length === 0) {
    return (
      <div className="why muted">
        <p>
          {tile.formsComplete} of {count(tile.forms.length, 'form')} complete.
          {tile.state === 'ready' ? ' Apply the changes to install it.' : ''}
        </p>
      </div>
    );
  }
  const more = tile.reasons.length - REASONS_MAX;
  return (
    <ul className="why">
      {tile.reasons.slice(0, REASONS_MAX).map((reason) => (
        <ReasonLine key={`${reason.form}-${reason.property}-${reason.message}`} tile={tile} reason={reason} />
      ))}
      {more > 0 ? <li className="cap">and {count(more, 'more reason')}</li> : null}
    </ul>
  );
}

function ReasonLine({ tile, reason }: { tile: Tile; reason: TileReason }) {
  const state = tile.state === 'failed' ? 'failed' : 'attention';
  return (
    <li data-state={state}>
      <StateShape state={state} />
      {reason.form ? (
        <Link href={links.field(tile.slug, reason.form, reason.property)}>{reason.message}</Link>
      ) : (
        <span>{reason.message}</span>
      )}
    </li>
  );
}

function Applying({ taskId }: { taskId: number }) {
  const trpc = useTRPC();
  const { data: task } = useQuery(trpc.tasks.read.queryOptions({ id: taskId }));
  if (!task || isOver(task.state)) return <div className="why" />;
  const figures = figuresOf(task);
  const left = task.eta ? formatRange(task.eta.p50Ms, task.eta.p95Ms) : null;
  return (
    <div className="why">
      <p>{figures.stage ? `Stage ${figures.step} of ${figures.steps}: ${figures.stage}` : 'Waiting to start'}</p>
      <ProgressBar percent={progressPercent(task.stages)} label="Applying" />
      <p className="cap">
        {task.startedAt ? (
          <>
            <Elapsed from={task.startedAt} to={null} /> so far
          </>
        ) : (
          'queued'
        )}
        {left ? ` · ${left.value} ${left.unit} left` : ' · no history yet'}
      </p>
    </div>
  );
}

function TileAction({ tile }: { tile: Tile }) {
  if (tile.state === 'applying' && tile.installationId !== null) {
    return (
      <Link className="btn sm" href={links.installation(tile.installationId)}>
        Watch
      </Link>
    );
  }
  if (tile.state === 'failed' && tile.installationId !== null) {
    return (
      <Link className="btn sm" href={links.installation(tile.installationId)}>
        Open failure
      </Link>
    );
  }
  return (
    <Link className="btn sm" href={links.product(tile.slug)} aria-label={`Configure ${tile.label}`}>
      Configure
    </Link>
  );
}
