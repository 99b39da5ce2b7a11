/** Ends a command: `Error: <message>` on standard error and exit code 1. */
export class CliError extends Error {
  constructor(message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.name = 'CliError';
  }
}
