#!/usr/bin/env node
import { guardOutput } from './cli/guard-output.js';
import { processTerminal } from './cli/output.js';
import { runProgram } from './cli/program.js';

const output = guardOutput({
  stdout: process.stdout,
  stderr: process.stderr,
  argv: process.argv,
  exit: (code) => process.exit(code),
});
const exitCode = await runProgram(
  process.argv.slice(2),
  processTerminal(() => output.exitCode !== undefined),
);
process.exitCode = output.exitCode ?? exitCode;
