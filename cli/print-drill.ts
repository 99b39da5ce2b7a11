import type { DrillView, PreviewView, ReportView } from './drill-views.ts';
import { victimWord } from './drill-views.ts';
import { type Printer, printTable } from './print.ts';

const seconds = (ms: number | null): string => (ms === null ? '-' : `${(ms / 1000).toFixed(2)} s`);

export function printDrills(print: Printer, drills: DrillView[]): void {
  printTable(
    print,
    ['Drill', 'Kind', 'Cluster', 'Victim', 'State', 'Verdict', 'Noticed', 'Pods back', 'Whole', 'By', 'Started'],
    drills.map((drill) => [
      String(drill.id),
      drill.kind,
      drill.cluster,
      victimWord(drill.victim),
      drill.state,
      drill.verdict ?? '-',
      seconds(drill.times.detectedMs),
      seconds(drill.times.podsBackMs),
      seconds(drill.times.capacityBackMs),
      drill.user,
      drill.createdAt,
    ]),
  );
}

export function printDrill(print: Printer, drill: DrillView): void {
  print.line(`Drill ${drill.id} (${drill.kind} of ${victimWord(drill.victim)} on ${drill.cluster}): ${drill.state}`);
  print.line(drill.summary);
}

export function printPreview(print: Printer, preview: PreviewView): void {
  const { victim } = preview;
  print.line(`Victim:  ${victim ? victimWord(victim) : 'nobody'}`);
  const others = preview.candidates.map(victimWord).filter((word) => victim === null || word !== victimWord(victim));
  if (others.length > 0) print.line(`Or:      ${others.slice(0, 12).join(', ')}${others.length > 12 ? ', …' : ''}`);
  print.line(`VMs hit: ${preview.vmsHit.join(', ') || 'none'}`);
  const pods = preview.podsHit.map((pod) => `${pod.namespace}/${pod.name}${pod.alone ? ' (alone)' : ''}`);
  print.line(`Pods:    ${pods.join(', ') || 'none'}`);
  print.line(`Quorum:  ${preview.quorum.before}; after: ${preview.quorum.after}`);
  if (preview.expected) {
    const { p50Ms, p95Ms, runs } = preview.expected;
    print.line(`Takes:   ${seconds(p50Ms)} (p95 ${seconds(p95Ms)}, ${runs} drills)`);
  }
  print.line();
  printTable(
    print,
    ['Check', '', ''],
    preview.checks.map((check) => [check.name, check.verdict, check.sentence]),
  );
  print.line();
  const limits = Object.entries(preview.objectives).filter(([, limit]) => limit !== null);
  printTable(
    print,
    ['Limit', ''],
    limits.map(([name, limit]) => [name, String(limit)]),
  );
  print.line();
  printTable(
    print,
    ['Probe', 'Asks'],
    preview.probes.map((probe) => [probe.name, probe.target]),
  );
}

export function printReport(print: Printer, report: ReportView): void {
  print.line(`${report.drill.verdict}: ${report.headline}`);
  print.line(report.story);
  print.line();
  const shown = (value: number | null, unit: string): string => (unit === 'ms' ? seconds(value) : String(value ?? '-'));
  printTable(
    print,
    ['Promise', 'Limit', 'Measured', ''],
    report.results.map((one) => [
      one.promise,
      shown(one.limit, one.unit),
      shown(one.measured, one.unit),
      one.met ? 'kept' : 'NOT KEPT',
    ]),
  );
  print.line();
  printTable(
    print,
    ['Probe', 'Asked', 'Failed', 'Not asked', 'Away until', 'Longest gap'],
    report.drill.figures.map((figure) => [
      figure.name,
      String(figure.total),
      String(figure.failed),
      String(figure.missing),
      seconds(figure.outageMs),
      seconds(figure.longestGapMs),
    ]),
  );
  print.line();
  print.line(`Writes confirmed: ${report.writes.acknowledged}, lost: ${report.writes.lost ?? 'not known'}`);
  for (const finding of report.findings) print.line(`Finding: ${finding}`);
  print.line(`Digest: ${report.digest}`);
}
