import type { DrillKind } from '#model/drill.ts';

/** Commands of the pages of drills. */
export const drillTwins = {
  drills: () => 'tessera drills',
  drill: (id: number) => `tessera drill show ${id} --follow`,
  drillReport: (id: number) => `tessera drill report ${id}`,
  runDrill: ({ kind, cluster }: { kind: DrillKind; cluster: string }) =>
    `tessera drill run ${kind} --cluster ${cluster}`,
} as const;
