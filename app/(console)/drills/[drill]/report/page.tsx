import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { DrillReportPage } from '#components/drills/drill-report.tsx';
import { Hydrated, serverQueries } from '../../../../server-queries.tsx';

type Props = { params: Promise<{ drill: string }> };

export const generateMetadata = async ({ params }: Props): Promise<Metadata> => ({
  title: `Report of drill ${(await params).drill}`,
});

export default async function ReportPage({ params }: Props) {
  const id = Number((await params).drill);
  if (!Number.isSafeInteger(id) || id < 1) notFound();
  const { queryClient, trpc } = await serverQueries();
  await queryClient.prefetchQuery(trpc.drills.report.queryOptions({ id }));
  return (
    <Hydrated>
      <DrillReportPage id={id} />
    </Hydrated>
  );
}
