'use client';

import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { cliTwins } from '#components/cli-twins.ts';
import { productsOf } from '#components/installations/installation-run.tsx';
import { links } from '#components/links.ts';
import { useTRPC } from '#components/live/trpc.ts';
import { runHref } from '#components/tasks/run-href.ts';
import { TASK_SHOWN } from '#components/tasks/task-state.ts';
import { StateBadge } from '#components/ui/badge.tsx';
import { Button } from '#components/ui/button.tsx';
import { Card } from '#components/ui/card.tsx';
import { CliLine } from '#components/ui/cli-line.tsx';
import { Empty } from '#components/ui/empty.tsx';
import { ErrorView } from '#components/ui/error-view.tsx';
import { Link } from '#components/ui/link.tsx';
import { SkeletonRows } from '#components/ui/skeleton.tsx';
import { TableBox } from '#components/ui/table-box.tsx';
import { LinkTabs } from '#components/ui/tabs.tsx';
import { Ago, Elapsed } from '#components/ui/time.tsx';
import { subjectLink } from './subject-link.ts';
import { ACTIVITY_VIEWS, type ActivityView } from './views.ts';

const NAMES = { runs: 'All runs', log: 'Change log', deeds: 'Deeds' } as const satisfies Record<ActivityView, string>;

/** What ran and who did what. */
export function ActivityPage({ view }: { view: ActivityView }) {
  return (
    <>
      <header className="head">
        <div>
          <h1>Activity</h1>
          <p>Everything that ran, and every deed under the name of who did it.</p>
        </div>
      </header>
      <LinkTabs
        label="Activity"
        tabs={ACTIVITY_VIEWS.map((each) => ({
          name: NAMES[each],
          href: each === 'runs' ? links.activity() : `${links.activity()}?view=${each}`,
          current: each === view,
        }))}
      />
      {view === 'runs' ? <Runs /> : null}
      {view === 'log' ? <ChangeLog /> : null}
      {view === 'deeds' ? <Deeds /> : null}
      <CliLine command={cliTwins.installations()} />
    </>
  );
}

function Runs() {
  const trpc = useTRPC();
  const tasks = useQuery(trpc.tasks.list.queryOptions({}));
  if (tasks.error)
    return <ErrorView what="The runs could not be read." error={tasks.error} onRetry={() => void tasks.refetch()} />;
  if (!tasks.data) return <SkeletonRows label="Reading runs" />;
  return (
    <Card>
      {tasks.data.length === 0 ? <Empty sentence="Nothing has run yet." /> : null}
      <TableBox label="Runs">
        <table className="table fleet-table">
          <thead>
            <tr>
              <th>Run</th>
              <th>State</th>
              <th>By</th>
              <th>Asked for</th>
              <th className="num">Took</th>
            </tr>
          </thead>
          <tbody>
            {tasks.data.map((task) => (
              <tr key={task.id}>
                <th scope="row">
                  <Link href={runHref(task)}>{task.description}</Link>
                </th>
                <td>
                  <StateBadge state={TASK_SHOWN[task.state].state} word={TASK_SHOWN[task.state].word} plain />
                </td>
                <td>{task.user}</td>
                <td>
                  <Ago at={task.createdAt} />
                </td>
                <td className="num">{task.startedAt ? <Elapsed from={task.startedAt} to={task.finishedAt} /> : '–'}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </TableBox>
    </Card>
  );
}

function ChangeLog() {
  const trpc = useTRPC();
  const installations = useQuery(trpc.installations.list.queryOptions());
  if (installations.error)
    return (
      <ErrorView
        what="The change log could not be read."
        error={installations.error}
        onRetry={() => void installations.refetch()}
      />
    );
  if (!installations.data) return <SkeletonRows label="Reading the change log" />;
  return (
    <Card>
      {installations.data.length === 0 ? <Empty sentence="No changes have been applied yet." /> : null}
      <ul className="list">
        {installations.data.map((installation) => (
          <li key={installation.id}>
            <span className="cap">{installation.id}</span>
            <span>
              <Link className="link" href={links.installation(installation.id)}>
                Installation {installation.id}
              </Link>{' '}
              by {installation.user}
              {installation.startedAt ? (
                <>
                  , <Ago at={installation.startedAt} />, took{' '}
                  <Elapsed from={installation.startedAt} to={installation.finishedAt} />
                </>
              ) : null}
            </span>
            <StateBadge state={TASK_SHOWN[installation.state].state} word={TASK_SHOWN[installation.state].word} plain />
            <small>{productsOf(installation)}</small>
          </li>
        ))}
      </ul>
    </Card>
  );
}

function Deeds() {
  const trpc = useTRPC();
  const deeds = useInfiniteQuery(
    trpc.settings.audit.infiniteQueryOptions(
      {},
      {
        initialCursor: null,
        getNextPageParam: (page) => (page.length < 100 ? undefined : (page.at(-1)?.id ?? undefined)),
      },
    ),
  );
  if (deeds.error)
    return <ErrorView what="The deeds could not be read." error={deeds.error} onRetry={() => void deeds.refetch()} />;
  if (!deeds.data) return <SkeletonRows label="Reading deeds" />;
  return (
    <Card title="Deeds" aside={<span className="cap">each chained to the one before by its hash</span>}>
      <TableBox label="Deeds">
        <table className="table">
          <thead>
            <tr>
              <th>When</th>
              <th>Who</th>
              <th>Deed</th>
              <th>On</th>
              <th>Detail</th>
            </tr>
          </thead>
          <tbody>
            {deeds.data.pages.flat().map((entry) => {
              const href = subjectLink(entry.subject, entry.detail);
              return (
                <tr key={entry.id}>
                  <td>
                    <Ago at={entry.at} />
                  </td>
                  <td>{entry.actor}</td>
                  <td>{entry.action}</td>
                  <td className="mono">
                    {href ? (
                      <Link className="link" href={href}>
                        {entry.subject}
                      </Link>
                    ) : (
                      entry.subject
                    )}
                  </td>
                  <td className="cap detail" title={JSON.stringify(entry.detail)}>
                    {Object.entries(entry.detail)
                      .map(
                        ([key, value]) => `${key} ${typeof value === 'object' ? JSON.stringify(value) : String(value)}`,
                      )
                      .join(', ')}
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </TableBox>
      {deeds.hasNextPage ? (
        <footer>
          <Button small pending={deeds.isFetchingNextPage} onClick={() => void deeds.fetchNextPage()}>
            Older deeds
          </Button>
        </footer>
      ) : null}
    </Card>
  );
}
