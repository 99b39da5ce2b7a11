'use client';

import { formatRange } from '#components/ui/format-time.ts';
import { percentStyle } from '#components/ui/percent-style.ts';
import { Elapsed } from '#components/ui/time.tsx';
import type { TaskStageView, TaskView } from '#model/task.ts';
import { figuresOf, isOver, progressPercent } from './task-state.ts';

/** Weight of a stage without history, so that it is still seen. */
const UNKNOWN_MS = 5000;

/** Four figures and one bar whose segments are stages, as wide as they usually take. */
export function RunFigures({ task }: { task: TaskView }) {
  const figures = figuresOf(task);
  const percent = task.state === 'succeeded' ? 100 : progressPercent(task.stages);
  return (
    <section className="card" aria-label="Progress">
      <div className="counters">
        <div>
          <span className="cap">Time left</span>
          <TimeLeft task={task} />
        </div>
        <div>
          <span className="cap">Elapsed</span>
          <b>{task.startedAt ? <Elapsed from={task.startedAt} to={task.finishedAt} /> : '0:00'}</b>
          <span className="cap">{task.startedAt ? `attempt ${task.attempt}` : 'waits for a director'}</span>
        </div>
        <div>
          <span className="cap">Stage</span>
          <b>
            {figures.step}
            <small>of {figures.steps}</small>
          </b>
          <span className="cap clip">{figures.stage ?? 'no plan yet'}</span>
        </div>
        <div>
          <span className="cap">Instances</span>
          <b>
            {figures.instancesDone}
            <small>of {figures.instances} done</small>
          </b>
          <span className="cap">{percent} % of all steps</span>
        </div>
      </div>
      {task.stages.length > 0 ? (
        <div
          className="segs"
          role="progressbar"
          aria-valuenow={percent}
          aria-valuemin={0}
          aria-valuemax={100}
          aria-label={`${percent} per cent`}
        >
          {task.stages.map((stage) => (
            <i
              key={stage.seq}
              className={segmentClass(stage)}
              style={{ ...percentStyle(progressPercent([stage])), flex: Math.max(stage.medianMs ?? UNKNOWN_MS, 500) }}
            />
          ))}
        </div>
      ) : null}
    </section>
  );
}

function TimeLeft({ task }: { task: TaskView }) {
  if (isOver(task.state)) {
    return (
      <>
        <b>–</b>
        <span className="cap">the run has ended</span>
      </>
    );
  }
  if (!task.eta) {
    return (
      <>
        <b>?</b>
        <span className="cap">no history yet</span>
      </>
    );
  }
  const range = formatRange(task.eta.p50Ms, task.eta.p95Ms);
  return (
    <>
      <b>
        {range.value}
        <small>{range.unit}</small>
      </b>
      <span className="cap">
        p50–p95 of {task.eta.runs} {task.eta.runs === 1 ? 'run' : 'runs'}
      </span>
    </>
  );
}

function segmentClass(stage: TaskStageView): string | undefined {
  if (stage.state === 'done' || stage.state === 'skipped') return 'on';
  if (stage.state === 'failed') return 'bad';
  return stage.state === 'running' ? 'part' : undefined;
}
