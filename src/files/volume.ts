import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errnoOf } from '../errors.js';

export interface Volume {
  /** The folder, or its nearest parent that exists. */
  readonly folder: string;
  readonly freeBytes: number;
  readonly totalBytes: number;
  /** `NFS`, `SMB` …; undefined for local ones. */
  readonly network: string | undefined;
  /**
   * On a disk of this computer, or in its memory, for certain: other kinds may be a network's, or a
   * program's.
   */
  readonly isLocal: boolean;
  readonly isInMemory: boolean;
}

/** `f_type` of statfs(2) on Linux. */
const NETWORK_TYPES = new Map([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xff534d42, 'SMB'],
  [0xfe534d42, 'SMB'],
  [0x01021997, '9P'],
  [0x00c36400, 'Ceph'],
  [0x5346414f, 'AFS'],
]);
const IN_MEMORY_TYPES = new Set([0x01021994, 0x858458f6]);
/** ext2 to ext4, XFS, Btrfs, ZFS, F2FS, and overlays of containers. */
const DISK_TYPES = new Set([0xef53, 0x58465342, 0x9123683e, 0x2fc12fc1, 0xf2f52010, 0x794c7630]);

/** The volume that `folder` is or would be on. */
export async function volumeOf(folder: string): Promise<Volume> {
  try {
    const { type, bavail, blocks, bsize } = await statfs(folder);
    // Numbers mean file systems on Linux only; large ones may come as negative 32-bit numbers.
    const kind = process.platform === 'linux' ? type >>> 0 : 0;
    return {
      folder,
      freeBytes: bavail * bsize,
      totalBytes: blocks * bsize,
      network: NETWORK_TYPES.get(kind),
      isLocal: DISK_TYPES.has(kind) || IN_MEMORY_TYPES.has(kind),
      isInMemory: IN_MEMORY_TYPES.has(kind),
    };
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' && dirname(folder) !== folder) return volumeOf(dirname(folder));
    throw error;
  }
}
