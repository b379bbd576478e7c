import type { Command } from './command.js';
import { classifyCommand } from './classify.js';
import { demoCommand } from './demo.js';
import { doctorCommand } from './doctor.js';
import { generateCommand } from './generate.js';
import { modelsCommand } from './models.js';
import { replayCommand } from './replay.js';
import { resultsCommand } from './results.js';
import { runCommand } from './run.js';
import { trainCommand } from './train.js';

/** Every command, in the order of `--help`. */
export const commands: readonly Command[] = [
  runCommand,
  classifyCommand,
  resultsCommand,
  replayCommand,
  modelsCommand,
  trainCommand,
  generateCommand,
  doctorCommand,
  demoCommand,
];
