import { loadConfig } from '../../config/load.js';
import { locateConfig } from '../../config/locate.js';
import type { Config } from '../../config/schema.js';
import { hasCode, hintOf, messageOf } from '../../errors.js';
import { fail, ok, warn, type Check } from './check.js';
import {
  checkClock,
  checkInotify,
  checkMemory,
  checkOpenFiles,
  checkPort,
  checkProcessors,
} from './computer.js';
import { checkFolders, countWatchedFolders } from './folders.js';
import { checkLedger } from './ledger.js';
import { checkModels } from './models.js';
import { checkPatterns } from './patterns.js';
import { checkSecrets } from './secrets.js';
import { checkSubfolders } from './subfolders.js';
import { checkKernels, checkNativeModules, checkNode, checkTensorflow } from './software.js';

/**
 * Runs all checks that are possible before the daemon starts, in the order in which a fault would stop it.
 */
export async function examine(configFile: string | undefined): Promise<Check[]> {
  const { check, config } = readConfiguration(configFile);
  const usesTensorflow = config?.models.use.some(({ engine }) => engine === 'tfjs-node') ?? false;
  return [
    checkNode(),
    ...(await checkNativeModules()),
    checkKernels(config),
    await checkTensorflow(usesTensorflow),
    checkClock(),
    checkOpenFiles(),
    checkProcessors({ workers: config?.pool.workers }),
    checkMemory({ workers: config?.pool.workers, ...(config && { models: config.models.use.length }) }),
    check,
    ...(config ? await checkConfigured(config) : []),
  ];
}

async function checkConfigured(config: Config): Promise<Check[]> {
  const { enabled, host, port } = config.http;
  return [
    ...(await checkFolders(config)),
    ...(await checkPatterns(config)),
    ...(await checkSubfolders(config)),
    ...checkLedger(config.stateFolder),
    ...(await checkModels(config.models)),
    checkInotify(await countWatchedFolders(config)),
    ...(enabled ? [await checkPort(host, port)] : []),
    ...(await checkSecrets(config)),
  ];
}

function readConfiguration(file: string | undefined): { check: Check; config?: Config } {
  try {
    const loaded = loadConfig(locateConfig(file));
    return { check: ok('configuration', loaded.file), config: loaded.config };
  } catch (error) {
    const report = hasCode(error, 'configuration-missing') ? warn : fail;
    return {
      check: report('configuration', messageOf(error), hintOf(error) ?? 'Correct the configuration.'),
    };
  }
}
