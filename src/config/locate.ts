import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { SmearwatchError } from '../errors.js';

/** Configuration files that a command without `--config` looks for, in this order. */
export const CONFIG_PLACES = ['smearwatch.yaml', '/etc/smearwatch/smearwatch.yaml'] as const;

/**
 * Finds the configuration file to use: the one named, or the first of the usual places that exists. Returns
 * its absolute path.
 * @throws SmearwatchError `configuration-missing`
 */
export function locateConfig(named?: string, places: readonly string[] = CONFIG_PLACES): string {
  if (named !== undefined) return resolve(named);
  const found = places.find((place) => existsSync(place));
  if (found !== undefined) return resolve(found);
  throw new SmearwatchError(
    'configuration-missing',
    `No configuration file: there is neither ${places.join(' nor ')}`,
    { hint: 'Name one with --config FILE; config/examples/ has one for each way of use.' },
  );
}
