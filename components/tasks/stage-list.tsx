'use client';

import { formatClock } from '#components/ui/format-time.ts';
import { STATE_WORDS, StateShape } from '#components/ui/state-shape.tsx';
import { Elapsed } from '#components/ui/time.tsx';
import type { TaskLaneView, TaskStageView } from '#model/task.ts';
import { currentStep, laneState, STEP_SHOWN } from './task-state.ts';

/** More lanes than this are drawn as blocks only. */
const ROWS_MAX = 12;

/** Stages of a run in order; the running (or failed) one is open and shows each VM. */
export function StageList({ stages }: { stages: TaskStageView[] }) {
  return (
    <ol className="stages">
      {stages.map((stage) => (
        <StageItem key={stage.seq} stage={stage} />
      ))}
    </ol>
  );
}

function StageItem({ stage }: { stage: TaskStageView }) {
  const shown = STEP_SHOWN[stage.state];
  const open = stage.state === 'running' || stage.state === 'failed';
  return (
    <li data-state={shown} aria-current={open ? 'step' : undefined}>
      <StateShape state={shown} />
      <span className={stage.state === 'waiting' ? 'todo' : undefined}>
        {open ? <strong>{stage.title}</strong> : stage.title}
        <span className="sr">: {STATE_WORDS[shown]}</span>
        {!open && stage.lanes.length > 0 ? <Blocks lanes={stage.lanes} /> : null}
      </span>
      <StageTime stage={stage} />
      {open ? <Lanes lanes={stage.lanes} /> : null}
    </li>
  );
}

function StageTime({ stage }: { stage: TaskStageView }) {
  const median = stage.medianMs === null ? null : `~${formatClock(stage.medianMs)}`;
  if (!stage.startedAt) return <time>{median ?? ''}</time>;
  return (
    <span className="stage-time">
      <Elapsed from={stage.startedAt} to={stage.finishedAt} />
      {stage.state === 'running' && median ? ` of ${median}` : null}
    </span>
  );
}

/** One block a VM. */
function Blocks({ lanes }: { lanes: TaskLaneView[] }) {
  const done = lanes.filter((lane) => laneState(lane) === 'done').length;
  return (
    <span className="blocks inline" role="img" aria-label={`${done} of ${lanes.length} done`}>
      {lanes.map((lane) => {
        const state = STEP_SHOWN[laneState(lane)];
        return (
          <span
            key={`${lane.subject}-${lane.steps[0]?.seq}`}
            data-state={state === 'done' ? 'running' : state}
            title={`${lane.subject}: ${STATE_WORDS[state]}`}
          >
            <StateShape state={state === 'done' ? 'running' : state} />
          </span>
        );
      })}
    </span>
  );
}

function Lanes({ lanes }: { lanes: TaskLaneView[] }) {
  if (lanes.length > ROWS_MAX) return <Blocks lanes={lanes} />;
  return (
    <ul className="vmrows">
      {lanes.map((lane) => (
        <LaneRow key={`${lane.subject}-${lane.steps[0]?.seq}`} lane={lane} />
      ))}
    </ul>
  );
}

function LaneRow({ lane }: { lane: TaskLaneView }) {
  const state = STEP_SHOWN[laneState(lane)];
  const step = currentStep(lane);
  return (
    <li data-state={state}>
      <StateShape state={state} />
      <span className="clip" title={step?.title}>
        {lane.subject} {lane.az ? <span className="cap">{lane.az}</span> : null}
        {step && state !== 'done' && state !== 'waiting' ? <span className="cap"> {step.title}</span> : null}
      </span>
      <span className="bar5" aria-hidden="true">
        {lane.steps.map((each) => (
          <i key={each.seq} className={BAR[each.state]} />
        ))}
      </span>
      <span className="cap">
        {STATE_WORDS[state].toLowerCase()}
        {step?.startedAt && state === 'working' ? (
          <>
            {' '}
            <Elapsed from={step.startedAt} to={step.finishedAt} />
          </>
        ) : null}
      </span>
      {step?.error ? <p className="fault lane-fault">{step.error}</p> : null}
    </li>
  );
}

const BAR = { waiting: undefined, running: 'half', done: 'on', failed: 'on', skipped: 'on' } as const;
