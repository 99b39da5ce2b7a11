import type { DrillKind, DrillReport, DrillView, ObjectiveResult, Probe, ProbeFigures, Victim } from '#model/drill.ts';
import { sha256, withSortedKeys } from '#server/platform/crypto.ts';
import { hasCopy } from './judge-drill.ts';
import { kinds } from './kinds.ts';
import { victimName } from './plan-preview.ts';

export type ReportInput = Omit<DrillReport, 'headline' | 'story' | 'findings' | 'digest'> & {
  cut: 'director' | 'all';
  /** Why the fault could not be done; null when it was. */
  failure: string | null;
  /** Probes that were not asked, and why. */
  unasked: string[];
  /** What went wrong in injecting, undoing or reading back. */
  troubles: string[];
};

const THING: Record<Victim['type'], string> = {
  pod: 'One pod',
  process: 'One program',
  instance: 'One machine',
  az: 'A whole availability zone',
};
const DONE: Record<DrillKind, string> = {
  'delete-pod': 'was deleted',
  'kill-process': 'was killed',
  'hang-process': 'was made to hang',
  'vm-off': 'was switched off',
  'vm-off-with-pod': 'was switched off',
  'halt-master': 'was halted from inside',
  'etcd-leader': 'was killed',
  'network-cut': 'was cut from the network',
  'az-off': 'was switched off',
};

/** The page for the customer, in plain words, with all evidence for the engineer. Pure; the digest covers everything else in it. */
export function reportDrill(input: ReportInput): DrillReport {
  const { cut, failure, unasked, troubles, ...kept } = input;
  const report = {
    ...kept,
    headline: headlineOf(input),
    story: storyOf(input),
    findings: [...(failure === null ? findingsOf(input) : []), ...unasked, ...troubles],
  };
  return { ...report, digest: digestOf(report) };
}

/** SHA-256 over the report without its digest, keys sorted: whoever has the JSON can compute it again. */
export function digestOf(report: Omit<DrillReport, 'digest'>): string {
  return sha256(JSON.stringify(withSortedKeys(report)));
}

function headlineOf({ drill, failure, results, drill: { verdict } }: ReportInput): string {
  if (failure !== null) return 'The drill could not be done: nothing was proven.';
  const what = `${THING[drill.victim.type]} ${DONE[drill.kind]}.`;
  if (drill.injectedAt === null) return 'The drill ended before anything was done.';
  if (verdict === 'STOPPED') return `${what} The drill was stopped and undone.`;
  if (verdict === 'NOT DETECTED') return `${what} The platform did not notice.`;
  if (verdict === 'PASS')
    return `${what} ${keptRunning(drill) ? 'Your services kept running.' : 'All promises were kept.'}`;
  const missed = results.filter((result) => !result.met).length;
  return `${what} ${missed} of ${results.length} promises ${missed === 1 ? 'was' : 'were'} not kept.`;
}

/** Said only where somebody asked, and was never without an answer. */
const keptRunning = ({ figures }: DrillView): boolean =>
  figures.length > 0 && figures.every((figure) => figure.outageMs === 0);

function storyOf(input: ReportInput): string {
  const { drill, cut, failure, writes } = input;
  if (failure !== null) return failure;
  if (drill.injectedAt === null) return drill.summary;
  const { times } = drill;
  const told = kinds[drill.kind].told(drill.victim, cut);
  const sentences = [`${told} in the cluster ${drill.cluster}, without warning the platform.`];
  if (times.detectedMs === null) sentences.push('It was not noticed while the drill lasted.');
  else sentences.push(`It was noticed on its own after ${seconds(times.detectedMs)}.`);
  if (times.podsBackMs !== null)
    sentences.push(`The work that was lost ran again after ${seconds(times.podsBackMs)}${places(input)}.`);
  if (times.capacityBackMs !== null)
    sentences.push(`${capacitySentence(drill)} after ${seconds(times.capacityBackMs)}.`);
  if (drill.verdict !== 'STOPPED' && writes.acknowledged > 0) sentences.push(writesSentence(writes.lost));
  return sentences.join(' ');
}

function writesSentence(lost: number | null): string {
  if (lost === null) return 'Whether data was lost is not known.';
  return lost === 0 ? 'No data was lost.' : `${lost} confirmed writes were lost.`;
}

function places({ pods }: ReportInput): string {
  const nodes = [...new Set(pods.map((pod) => pod.to).filter((to) => to !== null))];
  return nodes.length === 0 ? '' : ` (on ${nodes.join(', ')})`;
}

function capacitySentence(drill: DrillView): string {
  return drill.victim.type === 'process'
    ? 'The program was healthy again'
    : `${victimName(drill.victim)} was whole again`;
}

function findingsOf({ drill, strips, results }: ReportInput): string[] {
  const figureOf = (probe: Probe): ProbeFigures | undefined => drill.figures.find((one) => one.probe === probe.id);
  const alone = strips.flatMap(({ probe }) => {
    const figure = figureOf(probe);
    if (probe.kind !== 'service' || hasCopy(probe) || !figure || figure.failed === 0) return [];
    const why = (probe.replicas ?? 0) > 1 ? 'All its copies were hit at once' : 'It has one copy';
    return [
      `${probe.name}: away for ${seconds(figure.outageMs)}. ${why}: a second one on another machine would answer meanwhile.`,
    ];
  });
  const unmeasured = drill.figures
    .filter((figure) => figure.missing > 0)
    .map(
      (figure) =>
        `${figure.name}: ${figure.missing} questions were due and not asked; a hole longer than half a second counts as failed.`,
    );
  return [...alone, ...unmeasured, ...results.filter((result) => !result.met).map(missedSentence)];
}

function missedSentence({ promise, limit, measured, unit }: ObjectiveResult): string {
  const shown = (value: number): string => (unit === 'ms' ? seconds(value) : `${value}`);
  if (measured !== null) return `${promise}: ${shown(measured)}, and the limit is ${shown(limit)}.`;
  const why = unit === 'writes' ? 'they could not be read back' : 'it was not seen to happen';
  return `${promise}: ${why}; the limit is ${shown(limit)}.`;
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`;
