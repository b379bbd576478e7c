import { EXIT } from '../errors.js';
import { defineCommand } from './command.js';
import type { Check } from './doctor/check.js';
import { configOption, jsonOption } from './options.js';
import { printable, printJson, printLine, type Terminal } from './output.js';

export const doctorCommand = defineCommand({
  command: 'doctor',
  describe: 'Check that this computer and configuration can run the daemon, and say what to fix.',
  options: { config: configOption, json: jsonOption },
  examples: [
    ['doctor --config lab.yaml', 'Check software, memory, folders, permissions, disks and limits.'],
    ['doctor', 'Check the computer only, where there is no configuration yet.'],
  ],
  epilogue: 'Exits 1 when a check fails. Nothing is changed.',
  async run({ config, json }, { terminal }) {
    const { examine } = await import('./doctor/examine.js');
    const checks = await examine(config);
    const failed = checks.filter(({ status }) => status === 'fail').length;
    if (json) printJson(terminal, { ok: failed === 0, checks });
    else printChecks(terminal, checks, failed);
    return failed === 0 ? EXIT.done : EXIT.failed;
  },
});

function printChecks(terminal: Terminal, checks: readonly Check[], failed: number): void {
  const width = Math.max(...checks.map(({ name }) => name.length));
  const indent = ' '.repeat(width + 6);
  for (const { name, status, detail, fix } of checks) {
    const [first = '', ...more] = detail.split('\n').map(printable);
    printLine(terminal, `${status.padEnd(4)}  ${name.padEnd(width)}${first === '' ? '' : `  ${first}`}`);
    for (const line of more) printLine(terminal, `${indent}  ${line.trim()}`);
    if (fix !== undefined) printLine(terminal, `${indent}→ ${fix}`);
  }
  const warnings = checks.filter(({ status }) => status === 'warn').length;
  printLine(terminal);
  printLine(
    terminal,
    failed === 0 && warnings === 0 ? 'Everything is well.' : `${failed} failed, ${warnings} to look at.`,
  );
}
