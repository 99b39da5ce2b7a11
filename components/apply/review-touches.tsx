'use client';

import { useQuery } from '@tanstack/react-query';
import { useTRPC } from '#components/live/trpc.ts';
import { Card } from '#components/ui/card.tsx';
import { count, formatRange } from '#components/ui/format-time.ts';
import type { InstallationView, PendingChange } from '#model/installation.ts';

const ORDER_MAX = 12;

/** What it will touch: instances by what happens to them, and the order. */
export function ReviewTouches({ changes }: { changes: PendingChange[] }) {
  const sum = (kind: keyof PendingChange['vms']) =>
    changes.reduce((total, change) => total + change.vms[kind].length, 0);
  const order = changes.flatMap(orderOf);
  return (
    <section className="stack" aria-labelledby="touches">
      <h2 className="q" id="touches">
        <b aria-hidden="true">3</b>What it touches
      </h2>
      <article className="card">
        <div className="figures">
          <div>
            <b>{sum('create')}</b>
            <span>VMs made</span>
          </div>
          <div>
            <b>{sum('update')}</b>
            <span>updated in place</span>
          </div>
          <div>
            <b>{sum('recreate')}</b>
            <span>recreated</span>
          </div>
          <div>
            <b>{sum('delete')}</b>
            <span>deleted</span>
          </div>
        </div>
        <ExpectedTime />
      </article>
      <Card title="In this order" level={3}>
        <ol className="list">
          {order.slice(0, ORDER_MAX).map((line, index) => (
            <li key={line}>
              <span className="cap">{index + 1}</span>
              <span>{line}</span>
              <span />
            </li>
          ))}
        </ol>
        {order.length > ORDER_MAX ? <p className="pad cap">and {order.length - ORDER_MAX} more</p> : null}
      </Card>
      <Card title="Not touched" level={3}>
        <p className="pad muted">
          Clusters keep running as they are: changing or upgrading them is a step of its own, per cluster.
        </p>
      </Card>
    </section>
  );
}

/** How long the last good runs took; nothing is invented without history. */
function ExpectedTime() {
  const trpc = useTRPC();
  const runs = useQuery(trpc.installations.list.queryOptions());
  const took = durationsOf(runs.data ?? []);
  const range = took.length === 0 ? null : formatRange(took[0] ?? 0, took.at(-1) ?? 0);
  return (
    <footer>
      <p className="row between expected">
        <span className="muted">Expected time</span>
        <strong>{range ? `${range.value} ${range.unit}` : 'no history yet'}</strong>
      </p>
      {range ? <p className="cap">shortest to longest of the last {count(took.length, 'good run')}</p> : null}
    </footer>
  );
}

/** Durations in ms of the last good runs, shortest first. */
const durationsOf = (runs: readonly InstallationView[]): number[] =>
  runs
    .flatMap((run) =>
      run.state === 'succeeded' && run.startedAt && run.finishedAt
        ? [Date.parse(run.finishedAt) - Date.parse(run.startedAt)]
        : [],
    )
    .slice(0, 10)
    .toSorted((a, b) => a - b);

function orderOf(change: PendingChange): string[] {
  const deploys = [
    ...change.vms.create.map((name) => `${change.label}: make ${name}`),
    ...change.vms.update.map((name) => `${change.label}: update ${name}`),
    ...change.vms.recreate.map((name) => `${change.label}: recreate ${name}`),
    ...change.vms.delete.map((name) => `${change.label}: delete ${name}`),
  ];
  return deploys.length > 0 ? deploys : [`${change.label}: check and write configuration`];
}
