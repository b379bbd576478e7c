#!/usr/bin/env node
import { runProgram } from './cli/program.js';
import { processTerminal } from './cli/output.js';

// `smearwatch results | head` closes the pipe early: that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit();
  throw error;
});

process.exitCode = await runProgram(process.argv.slice(2), processTerminal());
