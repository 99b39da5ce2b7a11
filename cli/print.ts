/** Where commands write; tests give their own. */
export type Printer = { line: (text?: string) => void; error: (text: string) => void };

// `pks clusters | head` closes the pipe early: that is an ordinary end, not a fault
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

export const standardPrinter: Printer = {
  line: (text = '') => process.stdout.write(`${text}\n`),
  error: (text) => process.stderr.write(`${text}\n`),
};

export function printJson(print: Printer, value: unknown): void {
  print.line(JSON.stringify(value, null, 2));
}

/** Columns as wide as their longest cell, two spaces between them. */
export function printTable(print: Printer, head: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  for (const row of [head, ...rows]) {
    print.line(
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    );
  }
}

/** Labels with a colon, padded to one width; 26 columns is what scripts that cut by position expect. */
export function printBlock(
  print: Printer,
  entries: readonly (readonly [label: string, value: string])[],
  width = 26,
): void {
  for (const [label, value] of entries) print.line(`${`${label}:`.padEnd(width)}${value}`.trimEnd());
}
