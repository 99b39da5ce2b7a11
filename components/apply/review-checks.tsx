'use client';

import { useQuery } from '@tanstack/react-query';
import { links } from '#components/links.ts';
import { useTRPC } from '#components/live/trpc.ts';
import { Link } from '#components/ui/link.tsx';
import { STATE_WORDS, StateShape, type UiState } from '#components/ui/state-shape.tsx';
import type { PendingChange } from '#model/installation.ts';
import type { TaskView } from '#model/task.ts';

type Check = { key: string; state: UiState; title: string; detail?: string; href?: string };

/** Is it safe: red stops, amber is worth a look. */
export function ReviewChecks({ changes }: { changes: PendingChange[] }) {
  const trpc = useTRPC();
  const director = useQuery(trpc.settings.director.queryOptions());
  const builds = useQuery(trpc.tasks.list.queryOptions({ kinds: ['build-stemcell'], limit: 1 }));
  const checks = [...changes.flatMap(checksOf), directorCheck(director.data?.state), stemcellCheck(builds.data?.[0])];
  return (
    <section className="stack" aria-labelledby="safe">
      <h2 className="q" id="safe">
        <b aria-hidden="true">2</b>Is it safe
      </h2>
      <article className="card">
        <header>
          <h3 className="grow">Checks</h3>
          <span className="cap">
            {checks.filter((check) => check.state === 'done').length} of {checks.length} good
          </span>
        </header>
        <ul className="list">
          {checks.map((check) => (
            <li key={check.key} data-state={check.state}>
              <StateShape state={check.state} />
              <span>
                {check.href ? (
                  <Link className="link" href={check.href}>
                    {check.title}
                  </Link>
                ) : (
                  check.title
                )}
                <span className="sr">: {STATE_WORDS[check.state]}</span>
              </span>
              {check.detail ? <span className="cap">{check.detail}</span> : <span />}
            </li>
          ))}
        </ul>
      </article>
      <p className="cap">Red stops the run. Amber is worth a look.</p>
    </section>
  );
}

function checksOf(change: PendingChange): Check[] {
  const faults = change.errors.map(
    (error): Check => ({
      key: `${change.guid}-${error.form}-${error.property}-${error.message}`,
      state: 'failed',
      title: `${change.label}: ${error.message}`,
      href: links.field(change.slug, error.form, error.property),
    }),
  );
  const warnings = change.warnings.map(
    (warning): Check => ({
      key: `${change.guid}-${warning}`,
      state: 'attention',
      title: `${change.label}: ${warning}`,
    }),
  );
  const good: Check = {
    key: `${change.guid}-complete`,
    state: 'done',
    title: `${change.label}: forms complete and valid`,
  };
  return faults.length > 0 ? [...faults, ...warnings] : [good, ...warnings];
}

function directorCheck(state: 'running' | 'down' | undefined): Check {
  if (state === undefined) return { key: 'director', state: 'working', title: 'Director', detail: 'asking' };
  if (state === 'running') return { key: 'director', state: 'done', title: 'A director is at work' };
  return { key: 'director', state: 'attention', title: 'No director is running: the run waits until one starts' };
}

function stemcellCheck(build: TaskView | undefined): Check {
  if (!build || build.state === 'succeeded') return { key: 'stemcell', state: 'done', title: 'Stemcell present' };
  if (build.state === 'failed' || build.state === 'cancelled')
    return { key: 'stemcell', state: 'failed', title: 'The stemcell could not be built', href: links.task(build.id) };
  return {
    key: 'stemcell',
    state: 'working',
    title: 'The stemcell is being built; the run waits for it',
    href: links.task(build.id),
  };
}
