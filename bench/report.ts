import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import os from 'node:os';
import { type Figure, judge, median, type Outcome, quantile } from './figure.ts';

/** What was measured on, so that figures of two days can be compared. */
export interface Machine {
  at: string;
  commit: string;
  processor: string;
  cores: number;
  memoryGib: number;
  kernel: string;
  system: string;
  engine: string;
  node: string;
}

export function describeMachine(): Machine {
  return {
    at: new Date().toISOString(),
    commit: firstLineOf('git', ['rev-parse', '--short', 'HEAD']),
    processor: os.cpus()[0]?.model.trim() ?? 'unknown',
    cores: os.cpus().length,
    memoryGib: Math.round(os.totalmem() / 2 ** 30),
    kernel: os.release(),
    system: /^PRETTY_NAME="?(.*?)"?$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? 'unknown',
    engine: `${firstLineOf('podman', ['--version'])}, ${firstLineOf('runc', ['--version'])}`,
    node: process.version,
  };
}

/** The outcome of one benchmark as Markdown: for the terminal and for docs/benchmarks.md alike. */
export function toMarkdown(name: string, { figures, runs, notes }: Outcome): string {
  const rows = figures.map((figure) => [
    figure.name,
    String(figure.values.length),
    show(median(figure.values), figure.unit),
    ...(figure.values.length > allValuesUpTo
      ? [show(quantile(figure.values, 0.95), figure.unit), show(Math.max(...figure.values), figure.unit), '']
      : ['', show(Math.max(...figure.values), figure.unit), figure.values.map((value) => digits(value)).join(', ')]),
    targetOf(figure),
  ]);
  const lines = [
    `### ${name}`,
    '',
    tableRow(['figure', 'n', 'median', 'p95', 'worst', 'all values', 'target']),
    tableRow(['---', '--:', '--:', '--:', '--:', '---', '---']),
    ...rows.map(tableRow),
    '',
  ];
  if (runs.length > 0) {
    lines.push(
      `Before ${runs.length === 1 ? 'it' : 'each run'}: load average ${runs.map(({ load }) => load.toFixed(1)).join(', ')}; ` +
        `processors idle ${runs.map(({ idlePercent }) => `${idlePercent} %`).join(', ')}.`,
    );
  }
  return [...lines, ...notes, ''].join('\n');
}

/** More values than these are told by their quantiles. */
const allValuesUpTo = 12;

function targetOf({ values, unit, target }: Figure): string {
  if (!target) return '–';
  return `${target.by === 'p95' ? 'p95 ' : ''}≤ ${target.limit} ${unit}: ${judge(values, target)}`;
}

const show = (value: number, unit: Figure['unit']): string => `${digits(value)} ${unit}`;

const digits = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toFixed(value >= 10 ? 1 : 2));

const tableRow = (cells: string[]): string => `| ${cells.join(' | ')} |`;

function firstLineOf(command: string, args: string[]): string {
  try {
    return execFileSync(command, args, { encoding: 'utf8' }).split('\n')[0] ?? '';
  } catch {
    // an engine without its command line on this machine
    return `${command} not installed`;
  }
}
