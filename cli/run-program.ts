import { type Command, CommanderError } from 'commander';
import { CliError } from './cli-error.ts';
import type { Printer } from './print.ts';

/** Runs a program on its arguments and answers its exit code; faults become one `Error:` line. */
export async function runProgram(program: Command, args: readonly string[], print: Printer): Promise<number> {
  strict(program, print);
  try {
    await program.parseAsync([...args], { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode;
    if (error instanceof CliError) {
      print.error(`Error: ${error.message}`);
      return error.exitCode;
    }
    print.error(`Error: ${error instanceof Error ? error.message : String(error)}`);
    return 1;
  }
}

/** Settings do not reach commands that were added before, so each gets them. */
function strict(command: Command, print: Printer): void {
  command.exitOverride();
  command.configureOutput({
    writeOut: (text) => print.line(text.trimEnd()),
    writeErr: (text) => print.error(text.trimEnd()),
    outputError: (text, write) => write(text.replace(/^error: /, 'Error: ')),
  });
  for (const child of command.commands) strict(child, print);
}
