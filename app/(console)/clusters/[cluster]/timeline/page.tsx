import { LazyTimeline } from '#components/clusters/lazy-timeline.tsx';

type Props = { params: Promise<{ cluster: string }> };

export default async function ClusterTimelineRoute({ params }: Props) {
  return <LazyTimeline name={decodeURIComponent((await params).cluster)} hours={6} />;
}
