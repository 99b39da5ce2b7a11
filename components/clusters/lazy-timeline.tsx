'use client';

import dynamic from 'next/dynamic';

/** The timeline draws times of the viewer's clock and zone, so it is drawn in the browser only; its room is kept free until then. */
export const LazyTimeline = dynamic(() => import('./cluster-timeline.tsx').then((module) => module.ClusterTimeline), {
  ssr: false,
  loading: () => <section className="card tl-room" aria-busy="true" aria-label="Drawing the timeline" />,
});
