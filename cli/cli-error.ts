/** Ends a command: `Error: <message>` on standard error and an exit code, 1 unless it says more. */
export class CliError extends Error {
  readonly exitCode: number;

  constructor(message: string, options: { cause?: unknown; exitCode?: number } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'CliError';
    this.exitCode = options.exitCode ?? 1;
  }
}

/** A server that gives no answer now and may a moment later: it restarts, or another takes its place. */
export class NoAnswer extends CliError {}
