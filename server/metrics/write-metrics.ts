/** One metric family of Prometheus' text format 0.0.4. `suffix` is what histograms and summaries append (`_bucket`, `_sum`, `_count`). */
export type Metric = {
  name: string;
  type: 'gauge' | 'counter' | 'histogram' | 'summary';
  help: string;
  samples: { suffix?: string; labels?: Record<string, string>; value: number }[];
};

export const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** The families as Prometheus reads them, each with its help and type; one without samples is left out. */
export function writeMetrics(metrics: readonly Metric[]): string {
  return metrics
    .filter((metric) => metric.samples.length > 0)
    .map((metric) => {
      const lines = metric.samples.map(
        ({ suffix = '', labels = {}, value }) => `${metric.name}${suffix}${writeLabels(labels)} ${writeValue(value)}`,
      );
      return [
        `# HELP ${metric.name} ${escapeHelp(metric.help)}`,
        `# TYPE ${metric.name} ${metric.type}`,
        ...lines,
        '',
      ].join('\n');
    })
    .join('');
}

function writeLabels(labels: Record<string, string>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeLabel(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function writeValue(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (Number.isFinite(value)) return String(value);
  return value > 0 ? '+Inf' : '-Inf';
}

const escapeHelp = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
const escapeLabel = (text: string): string => escapeHelp(text).replaceAll('"', '\\"');
