'use client';

import { useQuery } from '@tanstack/react-query';
import { cliTwins } from '#components/cli-twins.ts';
import { useTRPC } from '#components/live/trpc.ts';
import { CliLine } from '#components/ui/cli-line.tsx';
import { ErrorView } from '#components/ui/error-view.tsx';
import { SkeletonRows } from '#components/ui/skeleton.tsx';
import { SampleCard } from './sample-card.tsx';

/** Applications to try a cluster with, one click each; what is deployed comes with its requests. */
export function SamplesTab({ cluster }: { cluster: string }) {
  const trpc = useTRPC();
  const samples = useQuery(trpc.samples.list.queryOptions({ cluster }));
  if (!samples.data) {
    return samples.error ? (
      <ErrorView
        what={`The samples of ${cluster} could not be read.`}
        error={samples.error}
        onRetry={() => void samples.refetch()}
      />
    ) : (
      <SkeletonRows rows={6} label={`Reading the samples of ${cluster}`} />
    );
  }
  return (
    <>
      <div className="stack">
        {samples.data.map((sample) => (
          <SampleCard key={sample.id} cluster={cluster} sample={sample} />
        ))}
      </div>
      <CliLine command={cliTwins.samples(cluster)} />
    </>
  );
}
