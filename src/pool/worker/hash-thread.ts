import { failureOf } from '../../errors.js';
import type { HashReply, HashRequest } from '../protocol.js';
import { hashFile } from './hash-file.js';

/** The thread of a FileHasher: hashes one file at a time. Never rejects. */
export default async function hashOne({ folder, file, limits }: HashRequest): Promise<HashReply> {
  try {
    const allocate = (size: number): Buffer<ArrayBuffer> => Buffer.allocUnsafeSlow(size);
    return { kind: 'hashed', ...(await hashFile(folder, file, { ...limits, allocate })) };
  } catch (error) {
    return { kind: 'failed', ...failureOf(error) };
  }
}
