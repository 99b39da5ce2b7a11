/** Ends a command: `Error: <message>` on standard error and exit code 1. */
export class CliError extends Error {
  constructor(message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.name = 'CliError';
  }
}

/** A server that gives no answer now and may a moment later: it restarts, or another takes its place. */
export class NoAnswer extends CliError {}
