import { setTimeout as sleep } from 'node:timers/promises';
import { standardPrinter } from './print.ts';
import { runProgram } from './run-program.ts';
import { createTesseraProgram } from './tessera-program.ts';

const program = createTesseraProgram({ print: standardPrinter, environment: process.env, sleep: (ms) => sleep(ms) });
process.exitCode = await runProgram(program, process.argv.slice(2), standardPrinter);
