'use client';

import { ArrowDown, Download, Filter } from 'lucide-react';
import { type UIEvent, useDeferredValue, useEffect, useMemo, useRef, useState } from 'react';
import { StateBadge } from '#components/ui/badge.tsx';
import { Button } from '#components/ui/button.tsx';
import { ErrorView } from '#components/ui/error-view.tsx';
import { count, formatOffset } from '#components/ui/format-time.ts';
import type { TaskLogLine } from '#model/task.ts';
import { useTaskLog } from './use-task-log.ts';

const ROW = 18;
/** Rows drawn above and below what is seen. */
const MARGIN = 20;

/** Live log of a task: only the rows in sight are drawn; it follows the tail until the reader scrolls up. */
export function LogView({
  taskId,
  startedAt,
  subject,
  over,
}: {
  taskId: number;
  startedAt: string | null;
  subject: string | null;
  over: boolean;
}) {
  const log = useTaskLog(taskId);
  const [filter, setFilter] = useState('');
  const [onlyStep, setOnlyStep] = useState(false);
  const wanted = useDeferredValue(filter);
  const lines = useMemo(
    () => filterLines(log.data ?? [], wanted, onlyStep ? subject : null),
    [log.data, wanted, onlyStep, subject],
  );
  return (
    <section className="card log-card" aria-labelledby="log-title">
      <div className="logbar">
        <h2 id="log-title">Log</h2>
        {subject ? (
          <div className="seg">
            <button type="button" aria-pressed={onlyStep} onClick={() => setOnlyStep(true)}>
              {subject}
            </button>
            <button type="button" aria-pressed={!onlyStep} onClick={() => setOnlyStep(false)}>
              All
            </button>
          </div>
        ) : null}
        <label className="filterbox">
          <Filter className="i" aria-hidden="true" />
          <span className="sr">Filter the log, regular expressions allowed</span>
          <input
            value={filter}
            placeholder="Filter, regex allowed"
            onChange={(event) => setFilter(event.target.value)}
          />
        </label>
        <Button small look="ghost" onClick={() => download(taskId, log.data ?? [])} title="Download">
          <Download className="i" aria-hidden="true" />
          <span className="sr">Download the log</span>
        </Button>
      </div>
      {log.error ? (
        <div className="pad">
          <ErrorView what="The log could not be read." error={log.error} onRetry={() => void log.refetch()} />
        </div>
      ) : null}
      <LogRows
        lines={lines}
        startMs={Date.parse(startedAt ?? lines[0]?.at ?? '') || 0}
        over={over}
        pending={log.isPending}
      />
    </section>
  );
}

function LogRows({
  lines,
  startMs,
  over,
  pending,
}: {
  lines: TaskLogLine[];
  startMs: number;
  over: boolean;
  pending: boolean;
}) {
  const box = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, height: 480 });
  const [seen, setSeen] = useState<number | null>(null);
  const following = seen === null;
  const total = lines.length;

  useEffect(() => {
    // the tail moved: an outside system (the scroll position) must follow it
    if (following && box.current && total >= 0) box.current.scrollTop = box.current.scrollHeight;
  }, [following, total]);

  const onScroll = (event: UIEvent<HTMLDivElement>) => {
    const { scrollTop, clientHeight, scrollHeight } = event.currentTarget;
    setView({ top: scrollTop, height: clientHeight });
    const atEnd = scrollHeight - scrollTop - clientHeight < ROW * 2;
    setSeen((before) => (atEnd ? null : (before ?? total)));
  };

  const first = Math.max(0, Math.floor(view.top / ROW) - MARGIN);
  const shown = lines.slice(first, Math.ceil((view.top + view.height) / ROW) + MARGIN);
  return (
    <>
      <div
        className="log"
        role="log"
        aria-label="Log lines"
        aria-live={following ? 'off' : 'polite'}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard
        tabIndex={0}
        ref={box}
        onScroll={onScroll}
      >
        {total === 0 ? <p className="none">{pending ? 'Reading the log…' : `No lines${over ? '' : ' yet'}.`}</p> : null}
        <div style={{ height: first * ROW }} />
        {shown.map((line, index) => (
          <p key={line.seq} className={line.level === 'info' ? undefined : LEVEL_ROWS[line.level]}>
            <span>{first + index + 1}</span>
            <span>{formatOffset(Date.parse(line.at) - startMs)}</span>
            <span title={line.line}>
              <b>{line.subject}</b> {line.line}
            </span>
          </p>
        ))}
        <div style={{ height: Math.max(0, total - first - shown.length) * ROW }} />
      </div>
      <div className="logbar foot">
        {following ? (
          <StateBadge state={over ? 'stopped' : 'running'} word={over ? 'Ended' : 'Following'} plain />
        ) : null}
        {following ? null : (
          <Button small onClick={() => setSeen(null)}>
            <ArrowDown className="i" aria-hidden="true" />
            {total > (seen ?? 0) ? `${total - (seen ?? 0)} new` : 'To the end'}
          </Button>
        )}
        <span className="cap">{count(total, 'line')}</span>
      </div>
    </>
  );
}

const LEVEL_ROWS = { warn: 'w2', error: 'e2' } as const;

function filterLines(lines: TaskLogLine[], filter: string, subject: string | null): TaskLogLine[] {
  const chosen = subject === null ? lines : lines.filter((line) => line.subject === subject);
  if (filter === '') return chosen;
  const matches = matcherOf(filter);
  return chosen.filter((line) => matches(`${line.subject} ${line.line}`));
}

/** A regular expression, or plain text while it is not a whole one yet. */
function matcherOf(filter: string): (line: string) => boolean {
  try {
    const expression = new RegExp(filter, 'i');
    return (line) => expression.test(line);
  } catch {
    const plain = filter.toLowerCase();
    return (line) => line.toLowerCase().includes(plain);
  }
}

function download(taskId: number, lines: TaskLogLine[]): void {
  const text = lines.map((line) => `${line.at} ${line.level.padEnd(5)} ${line.subject} ${line.line}\n`).join('');
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type: 'text/plain' }));
  link.download = `task-${taskId}.log`;
  link.click();
  URL.revokeObjectURL(link.href);
}
