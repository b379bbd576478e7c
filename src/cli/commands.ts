import { auditCommand } from './audit.js';
import { benchCommand } from './bench.js';
import type { Command } from './command.js';
import { classifyCommand } from './classify.js';
import { demoCommand } from './demo.js';
import { doctorCommand } from './doctor.js';
import { evaluateCommand } from './evaluate.js';
import { evaluationsCommand } from './evaluations.js';
import { generateCommand } from './generate.js';
import { labelCommand } from './label.js';
import { ledgerCommand } from './ledger.js';
import { modelsCommand } from './models.js';
import { planCommand } from './plan.js';
import { rebaselineCommand } from './rebaseline.js';
import { replayCommand } from './replay.js';
import { resultsCommand } from './results.js';
import { runCommand } from './run.js';
import { statusCommand } from './status.js';
import { topCommand } from './top.js';
import { trainCommand } from './train.js';

/** Every command, in the order of `--help`. */
export const commands: readonly Command[] = [
  runCommand,
  statusCommand,
  topCommand,
  classifyCommand,
  resultsCommand,
  labelCommand,
  rebaselineCommand,
  replayCommand,
  auditCommand,
  ledgerCommand,
  modelsCommand,
  evaluateCommand,
  evaluationsCommand,
  trainCommand,
  generateCommand,
  doctorCommand,
  benchCommand,
  planCommand,
  demoCommand,
];
