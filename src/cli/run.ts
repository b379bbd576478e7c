import { locateConfig } from '../config/locate.js';
import { defineCommand } from './command.js';
import { configOption } from './options.js';

export const runCommand = defineCommand({
  command: 'run',
  describe: 'Watch the scanners’ folders and classify every image, until stopped.',
  options: {
    config: configOption,
    once: {
      type: 'boolean',
      default: false,
      describe:
        'Classify the images that are there, then exit: 0, 3 when images were quarantined, or 1 when a folder could not be read.',
    },
  },
  examples: [
    ['run --config lab.yaml', 'Run as a daemon; SIGTERM finishes what is in progress, SIGHUP reloads.'],
    ['run --once --config lab.yaml', 'Classify what is in the folders now, then exit.'],
  ],
  async run({ config, once }) {
    const configFile = locateConfig(config);
    const { runDaemon } = await import('../daemon/run-daemon.js');
    return runDaemon({ configFile, once });
  },
});
