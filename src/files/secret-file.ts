import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { errnoOf, SmearwatchError, type ErrorCode } from '../errors.js';
import { decodeText } from '../text/decode-text.js';

/** What a secret is called in errors, and how a person gets a usable one. */
export interface SecretKind {
  /** The secret's name in messages: `The token`. */
  readonly what: string;
  /** The option that names the file. */
  readonly option: string;
  readonly code: ErrorCode;
  /** A sentence with the command that makes one. */
  readonly howToMake: string;
}

const LONGEST_FILE_BYTES = 4096;
const READABLE_BY_OTHERS = 0o004;

/**
 * The text of a file with a secret, without white space around it. A file that every user of the computer can
 * read is refused: a warning might stay unread for months. No error quotes the secret, not even a wrong one.
 * @throws SmearwatchError of the kind's code
 */
export async function readSecretFile(file: string, kind: SecretKind): Promise<string> {
  try {
    return (await readPrivate(file, kind)).trim();
  } catch (error) {
    if (error instanceof SmearwatchError) throw error;
    const errno = errnoOf(error) ?? 'unknown error';
    const hint = errno === 'ENOENT' ? kind.howToMake : `Check that the daemon's user may read it.`;
    throw unusableSecret(file, kind, `it cannot be read (${errno})`, { hint, cause: error });
  }
}

/** What to throw about a secret that was read and cannot be used. */
export function unusableSecret(
  file: string,
  { what, option, code, howToMake }: SecretKind,
  why: string,
  { hint = howToMake, cause }: { hint?: string; cause?: unknown } = {},
): SmearwatchError {
  return new SmearwatchError(code, `${what} in ${file} (${option}) cannot be used: ${why}`, { hint, cause });
}

async function readPrivate(file: string, kind: SecretKind): Promise<string> {
  // O_NONBLOCK: a FIFO must not keep the daemon from starting.
  const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stats = await handle.stat();
    if (!stats.isFile()) throw unusableSecret(file, kind, 'it is not a file');
    // Windows has no such bits, and sets them all.
    if (process.platform !== 'win32' && (stats.mode & READABLE_BY_OTHERS) !== 0) {
      const hint = `Run: chmod o-rwx '${file}'`;
      throw unusableSecret(file, kind, 'every user of this computer can read it', { hint });
    }
    if (stats.size > LONGEST_FILE_BYTES)
      throw unusableSecret(file, kind, `it is larger than ${LONGEST_FILE_BYTES} bytes`);
    // Only the encoding is named: the rest of the sentence would quote a character of the secret.
    return decodeText(await handle.readFile(), ({ encoding }) =>
      unusableSecret(
        file,
        kind,
        encoding === undefined ? 'it is not plain UTF-8 text' : `it is ${encoding}, not UTF-8`,
      ),
    );
  } finally {
    await handle.close();
  }
}
