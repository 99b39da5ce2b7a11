import { setTimeout as sleep } from 'node:timers/promises';
import { createPksProgram } from './pks-program.ts';
import { standardPrinter } from './print.ts';
import { runProgram } from './run-program.ts';

const program = createPksProgram({ print: standardPrinter, environment: process.env, sleep: (ms) => sleep(ms) });
process.exitCode = await runProgram(program, process.argv.slice(2), standardPrinter);
