import { EXIT } from '../errors.js';
import { defineCommand } from './command.js';
import { configOption, jsonOption, urlOption } from './options.js';
import { printJson } from './output.js';

export const statusCommand = defineCommand({
  command: 'status',
  describe: 'Ask the running daemon whether it is ready, and what it does.',
  options: { config: configOption, url: urlOption, json: jsonOption },
  examples: [
    ['status --config lab.yaml', 'Ready, or why not; exits 0 or 1.'],
    ['status --url http://10.0.0.7:9464 --json', 'For programs: /readyz and /status in one document.'],
  ],
  epilogue:
    'Exits 0 when images are being taken in, 1 when they are not or the daemon does not answer, 2 for a wrong option or configuration.',
  async run(values, { terminal }) {
    const { findDaemon } = await import('./status/daemon-place.js');
    const { askDaemon } = await import('./status/ask-daemon.js');
    const { printStatus } = await import('./status/print-status.js');
    const report = await askDaemon(findDaemon(values).url());
    const { url, readiness, status } = report;
    if (values.json) printJson(terminal, { url, ready: readiness.ready, reasons: readiness.reasons, status });
    else printStatus(terminal, report);
    return readiness.ready ? EXIT.done : EXIT.failed;
  },
});
