import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Audit } from '../audit/audit.js';
import { CONFIG_PLACES } from '../config/locate.js';
import { stateFolderOf } from './open-ledger.js';
import type { Terminal } from './output.js';

export interface TrailLocation {
  readonly state: string | undefined;
  readonly config: string | undefined;
  /** The registry that the command changes. */
  readonly registryFolder: string;
}

/**
 * The audit trail that a change of a registry belongs into: of `--state`, of `--config`, or of the
 * configuration in its usual place when that is of this registry. There may be none: on a computer where
 * models are only trained, no daemon has a state folder. Then that is said, and a daemon that follows the
 * label records the swap itself. It is opened before the change, so that nothing is changed that cannot be
 * recorded.
 * @throws SmearwatchError `audit-unwritable`
 */
export async function openTrail(location: TrailLocation, { err }: Terminal): Promise<Audit | undefined> {
  const folder = await trailFolder(location);
  if (folder === undefined || !existsSync(folder)) {
    const why = folder === undefined ? 'no state folder is known' : `there is no state folder ${folder}`;
    err.write(`note: not recorded in an audit trail: ${why}. Name the daemon's with --config or --state.\n`);
    return undefined;
  }
  const { Audit: Audits } = await import('../audit/audit.js');
  return Audits.open(folder);
}

async function trailFolder({ state, config, registryFolder }: TrailLocation): Promise<string | undefined> {
  if (state !== undefined || config !== undefined) return stateFolderOf({ state, config });
  const usual = CONFIG_PLACES.find((place) => existsSync(place));
  if (usual === undefined) return undefined;
  const { loadConfig } = await import('../config/load.js');
  const { SHIPPED_REGISTRY } = await import('../model/registry/in-use.js');
  const { stateFolder, models } = loadConfig(usual).config;
  return resolve(models.registry ?? SHIPPED_REGISTRY) === resolve(registryFolder) ? stateFolder : undefined;
}
