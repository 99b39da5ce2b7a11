import { setTimeout as sleep } from 'node:timers/promises';
import { standardPrinter } from './print.ts';
import { runProgram } from './run-program.ts';
import { createTesseraProgram } from './tessera-program.ts';

// what the launcher runs for --demo: `tessera demo` with the launcher's arguments
const program = createTesseraProgram({ print: standardPrinter, environment: process.env, sleep: (ms) => sleep(ms) });
process.exitCode = await runProgram(program, ['demo', ...process.argv.slice(2)], standardPrinter);
