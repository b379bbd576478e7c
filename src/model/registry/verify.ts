import { join } from 'node:path';
import { messageOf } from '../../errors.js';
import { digestOf, type VersionFiles } from './materialise.js';
import { MODEL_FILE } from './model-files.js';

/** The finding of `verify` about one file. */
export interface FileReport {
  readonly name: string;
  readonly version: number;
  readonly file: string;
  readonly state: 'intact' | 'missing' | 'damaged' | 'invalid';
  readonly expectedSha256?: string;
  readonly foundSha256?: string;
  /** Why a manifest is invalid or a file cannot be read. */
  readonly message?: string;
}

/**
 * Reads every file of a version again and compares it with the manifest. Findings are returned, never thrown.
 */
export async function verifyVersion({ folder, manifest }: VersionFiles): Promise<FileReport[]> {
  const { name, version, files } = manifest;
  const reports: FileReport[] = [];
  for (const [file, { sha256, packed }] of Object.entries(files)) {
    const isPacked = file === MODEL_FILE && packed !== undefined;
    const path = join(folder, isPacked ? packed.path : file);
    const expectedSha256 = isPacked ? packed.sha256 : sha256;
    reports.push({ name, version, file: path, expectedSha256, ...(await compare(path, expectedSha256)) });
  }
  return reports;
}

async function compare(
  path: string,
  expected: string,
): Promise<Pick<FileReport, 'state' | 'foundSha256' | 'message'>> {
  try {
    const foundSha256 = await digestOf(path);
    if (foundSha256 === undefined) return { state: 'missing' };
    return { state: foundSha256 === expected ? 'intact' : 'damaged', foundSha256 };
  } catch (error) {
    return { state: 'damaged', message: messageOf(error) };
  }
}
