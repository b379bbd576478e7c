import { rm, stat } from 'node:fs/promises';
import { dirname, extname, join, parse } from 'node:path';
import type { ScannerConfig } from '../config/schema.js';
import { errnoOf } from '../errors.js';
import { faultPoint } from '../faults.js';
import { digestFile } from '../files/digest-file.js';
import { syncFolder } from '../files/sync-file.js';
import type { Delivery } from '../ledger/ledger.js';
import type { Telemetry } from '../telemetry/telemetry.js';
import { moveFile } from './move-file.js';
import { isNameRefused, plainName } from './refused-name.js';
import type { Sink } from './sink.js';
import { explainUnwritable } from './unwritable.js';

export const AFTERWARDS = 'afterwards';

export type AfterwardsTelemetry = Pick<Telemetry, 'fileDisposed' | 'fileDisposalFailed'>;

/**
 * Moves or deletes images whose results are durable: a sink like the others, so that a crash between the two
 * leaves it to be done. A file that is not the classified one any more (it was overwritten) is left alone.
 */
export class AfterwardsSink implements Sink {
  readonly name = AFTERWARDS;
  readonly #scannerOf: (name: string) => ScannerConfig | undefined;
  readonly #telemetry: AfterwardsTelemetry;

  constructor(scannerOf: (name: string) => ScannerConfig | undefined, telemetry: AfterwardsTelemetry) {
    this.#scannerOf = scannerOf;
    this.#telemetry = telemetry;
  }

  async deliver(deliveries: readonly Delivery[]): Promise<number> {
    const changed = new Set<string>();
    for (const delivery of deliveries) {
      const scanner = this.#scannerOf(delivery.scanner);
      if (!scanner || scanner.afterwards.action === 'keep') continue;
      for (const folder of await this.#dispose(scanner, delivery)) changed.add(folder);
    }
    await Promise.all([...changed].map(syncFolder));
    return deliveries.length;
  }

  /** Returns the folders that have changed. */
  async #dispose({ folder, afterwards }: ScannerConfig, delivery: Delivery): Promise<string[]> {
    const { scanner, path } = delivery;
    const source = join(folder, path);
    if (!(await isSameFile(source, delivery))) return [];
    const changed = [dirname(source)];
    try {
      if (afterwards.action === 'move') {
        const target = await moveInto(afterwards.to, source, delivery);
        changed.push(dirname(target));
      }
      if (afterwards.action === 'delete') await rm(source);
      faultPoint('disposed');
      if (afterwards.action !== 'keep')
        this.#telemetry.fileDisposed({ scanner, path, action: afterwards.action });
      return changed;
    } catch (error) {
      this.#telemetry.fileDisposalFailed({ scanner, path, error });
      throw error;
    }
  }
}

/**
 * Returns where it went. A name that the file system there refuses must not keep this image, and all that
 * follow, for ever.
 */
async function moveInto(folder: string, source: string, delivery: Delivery): Promise<string> {
  const { path } = delivery;
  try {
    return await moveTo(join(folder, path), source, delivery);
  } catch (error) {
    if (!isNameRefused(error)) throw await explainUnwritable(join(folder, path), error);
    return moveTo(join(folder, plainName(path, plainExtension(path))), source, delivery);
  }
}

/** An image stays recognisable as one. */
function plainExtension(path: string): string {
  const extension = extname(path);
  return /^\.\w{1,8}$/.test(extension) ? extension : '';
}

async function moveTo(wanted: string, source: string, delivery: Delivery): Promise<string> {
  const target = await freeTarget(wanted, delivery);
  await moveFile(source, target);
  return target;
}

/**
 * Where the file is moved to. Another image that was moved there under the same name earlier is never
 * overwritten; the same one is, which a crash left there before the source was removed.
 */
async function freeTarget(target: string, delivery: Delivery): Promise<string> {
  const isTaken = await stat(target).then(
    () => true,
    () => false,
  );
  if (!isTaken || (await hasBytes(target, delivery))) return target;
  const { dir, name, ext } = parse(target);
  return join(dir, `${name}-${delivery.record.image.sha256.slice(0, 12)}${ext}`);
}

/**
 * Whether it is the classified file still. Another change time or inode may be that of a mount or of
 * permissions, or that of another picture with the same size and modification time, which must not be
 * deleted: its bytes tell.
 */
async function isSameFile(file: string, delivery: Delivery): Promise<boolean> {
  try {
    const stats = await stat(file);
    if (!stats.isFile() || stats.size !== delivery.size || stats.mtimeMs !== delivery.mtimeMs) return false;
    const isUntouched = stats.ctimeMs === delivery.ctimeMs && stats.ino === delivery.inode;
    return isUntouched || (await hasBytes(file, delivery));
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return false;
    throw error;
  }
}

/** A copy across file systems has another modification time. */
async function hasBytes(file: string, { size, record }: Delivery): Promise<boolean> {
  const stats = await stat(file);
  if (!stats.isFile() || stats.size !== size) return false;
  return (await digestFile(file)).sha256 === record.image.sha256;
}
