import { z } from 'zod';

/** What the CLI reads of drills; everything else in them may change freely. Times in ms. */
const Times = z.looseObject({
  detectedMs: z.number().nullable(),
  actingMs: z.number().nullable(),
  podsBackMs: z.number().nullable(),
  capacityBackMs: z.number().nullable(),
});

const VictimView = z.looseObject({
  type: z.enum(['pod', 'process', 'instance', 'az']),
  name: z.string().optional(),
  namespace: z.string().optional(),
  process: z.string().optional(),
  az: z.string().optional(),
});
export type VictimView = z.infer<typeof VictimView>;

export const DrillView = z.looseObject({
  id: z.number(),
  kind: z.string(),
  cluster: z.string(),
  victim: VictimView,
  state: z.string(),
  verdict: z.string().nullable(),
  summary: z.string(),
  user: z.string(),
  createdAt: z.string(),
  endedAt: z.string().nullable(),
  times: Times,
  figures: z.array(
    z.looseObject({
      name: z.string(),
      total: z.number(),
      failed: z.number(),
      missing: z.number(),
      outageMs: z.number(),
      longestGapMs: z.number(),
    }),
  ),
});
export type DrillView = z.infer<typeof DrillView>;

export const PreviewView = z.looseObject({
  victim: VictimView.nullable(),
  candidates: z.array(VictimView),
  checks: z.array(z.looseObject({ name: z.string(), verdict: z.string(), sentence: z.string() })),
  vmsHit: z.array(z.string()),
  podsHit: z.array(z.looseObject({ namespace: z.string(), name: z.string(), node: z.string(), alone: z.boolean() })),
  quorum: z.looseObject({ before: z.string(), after: z.string() }),
  objectives: z.record(z.string(), z.number().nullable()),
  probes: z.array(z.looseObject({ name: z.string(), target: z.string() })),
  expected: z.looseObject({ p50Ms: z.number(), p95Ms: z.number(), runs: z.number() }).nullable(),
});
export type PreviewView = z.infer<typeof PreviewView>;

export const ReportView = z.looseObject({
  drill: DrillView,
  headline: z.string(),
  story: z.string(),
  results: z.array(
    z.looseObject({
      promise: z.string(),
      limit: z.number(),
      measured: z.number().nullable(),
      unit: z.string(),
      met: z.boolean(),
    }),
  ),
  writes: z.looseObject({ acknowledged: z.number(), lost: z.number().nullable() }),
  findings: z.array(z.string()),
  digest: z.string(),
});
export type ReportView = z.infer<typeof ReportView>;

/** As it is typed after --victim: `worker/1`, `worker/1:kubelet`, `default/web-x`, `az1`. */
export function victimWord(victim: VictimView): string {
  switch (victim.type) {
    case 'pod':
      return `${victim.namespace}/${victim.name}`;
    case 'process':
      return `${victim.name}:${victim.process}`;
    case 'instance':
      return victim.name ?? '';
    case 'az':
      return victim.az ?? '';
  }
}
