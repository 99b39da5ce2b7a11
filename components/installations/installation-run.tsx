'use client';

import { useQuery } from '@tanstack/react-query';
import { cliTwins } from '#components/cli-twins.ts';
import { links } from '#components/links.ts';
import { useTRPC } from '#components/live/trpc.ts';
import { TaskRun } from '#components/tasks/task-run.tsx';
import { ErrorView } from '#components/ui/error-view.tsx';
import { Link } from '#components/ui/link.tsx';
import { SkeletonRows } from '#components/ui/skeleton.tsx';
import type { InstallationView } from '#model/installation.ts';

/** One run of Apply changes, with the products it applies. */
export function InstallationRun({ id }: { id: number }) {
  const trpc = useTRPC();
  const installation = useQuery(trpc.installations.read.queryOptions({ id }));
  if (!installation.data) {
    return installation.error ? (
      <ErrorView
        what={`Installation ${id} could not be read.`}
        error={installation.error}
        onRetry={() => void installation.refetch()}
      />
    ) : (
      <SkeletonRows rows={8} label={`Reading installation ${id}`} />
    );
  }
  return (
    <TaskRun
      taskId={installation.data.taskId}
      name={`Installation ${id}`}
      about={productsOf(installation.data)}
      cli={cliTwins.installation(id)}
      footer={
        <span className="row cap">
          <span className="muted">Edits made now go to the next run.</span>
          <Link className="link push nowrap" href={links.products()}>
            Products
          </Link>
        </span>
      }
    />
  );
}

const WORDS = { install: 'install', update: 'update', delete: 'delete' } as const satisfies Record<
  InstallationView['products'][number]['action'],
  string
>;

/** "install BOSH Director 1.0.0 and update Container Service 1.2.0" */
export const productsOf = (installation: InstallationView): string =>
  installation.products.map((product) => `${WORDS[product.action]} ${product.label} ${product.version}`).join(', ') ||
  'no products';
