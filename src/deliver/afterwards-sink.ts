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
 * Moves or deletes images whose results are durable. It is a sink like the others, so that the step is
 * repeated if a crash prevents it. A file that has been overwritten since the classification is left alone.
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

  /** Moves or deletes a file. Returns the folders that have changed. */
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
 * Moves a file and returns its new path. A name that the target's file system refuses must not block this
 * image and all later ones permanently.
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

/** Extension of the moved file, so that it is still recognizable as an image. */
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
 * Path that the file is moved to. A different image of that name is never overwritten; a copy of the same
 * image is, since a crash may have left it before the source was removed.
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
 * Whether the file is still the classified one. Another change time or inode may come from a mount or from
 * permissions, or from another picture with the same size and modification time, which must not be deleted:
 * the bytes decide.
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

/** Compares the bytes only: a copy across file systems has another modification time. */
async function hasBytes(file: string, { size, record }: Delivery): Promise<boolean> {
  const stats = await stat(file);
  if (!stats.isFile() || stats.size !== size) return false;
  return (await digestFile(file)).sha256 === record.image.sha256;
}
