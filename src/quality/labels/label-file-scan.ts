import { hash } from 'node:crypto';
import type { RecordEntry } from '../../audit/audit.js';
import type { ScannerConfig } from '../../config/schema.js';
import { errnoOf, fateOf, hasCode, sentenceOf, SmearwatchError } from '../../errors.js';
import { createFileFilter, type FileFilter } from '../../files/file-patterns.js';
import { readSettledFile } from '../../files/read-settled-file.js';
import type { SeenFile } from '../../files/seen-file.js';
import { emptyTally, walkImages } from '../../files/walk.js';
import type { LabelFiles, ReadLabelFile } from '../../ledger/label-files.js';
import type { Telemetry } from '../../telemetry/telemetry.js';
import { labelEntries } from './label-audit.js';
import { factsOf } from './label-desk.js';
import { imageOf, isLabelFile, LONGEST_LABEL_FILE, parseLabelFile } from './label-file.js';
import { checkLabel, type LabelRules } from './label-request.js';

export interface LabelFileScanParts {
  readonly files: Pick<LabelFiles, 'unknownAmong' | 'take'>;
  readonly telemetry: Pick<Telemetry, 'labelsGiven' | 'labelRefused' | 'labelFilesFailed' | 'labelFilesRead'>;
  readonly record: RecordEntry;
  readonly rules: () => LabelRules | undefined;
  readonly signal: AbortSignal;
}

/** Number of rejected files that are remembered, so that they are not read at every scan. */
const REFUSED_KNOWN = 10_000;
/** Time for which a file that cannot be parsed may still be in the middle of being written. */
const BEING_WRITTEN_MS = 2000;

/**
 * Looks for the label files of one scanner. A scan reads the names in the folders, never an image, and opens
 * only label files that are new or were written again, one after the other.
 */
export class LabelFileScan {
  readonly #scanner: ScannerConfig;
  readonly #parts: LabelFileScanParts;
  readonly #filter: FileFilter;
  /**
   * Size, time and rules with which a file was rejected, by path: it is reported once, and tried again when
   * one of them changes.
   */
  readonly #refused = new Map<string, string>();

  constructor(scanner: ScannerConfig, parts: LabelFileScanParts) {
    this.#scanner = scanner;
    this.#parts = parts;
    const images = createFileFilter(scanner);
    this.#filter = { ...images, isImage: (path) => isLabelFile(path) && !images.isExcluded(imageOf(path)) };
  }

  /** Scans the folders once. Never rejects: a failure is reported, and the next scan tries again. */
  async look(): Promise<void> {
    const { signal, telemetry, rules } = this.#parts;
    const { folder, name } = this.#scanner;
    const known = rules();
    if (!known) return;
    try {
      const options = { filter: this.#filter, signal, tally: emptyTally(), isRecursive: true };
      for await (const found of walkImages(folder, '', options)) await this.#take(found, known);
      if (!signal.aborted) telemetry.labelFilesRead({ scanner: name });
    } catch (error) {
      // The watcher reports a folder that is missing.
      if (!signal.aborted && errnoOf(error) !== 'ENOENT')
        telemetry.labelFilesFailed({ scanner: name, error });
    }
  }

  async #take(found: readonly (SeenFile & { isRegular: boolean })[], rules: LabelRules): Promise<void> {
    const { files, telemetry, record } = this.#parts;
    const { name } = this.#scanner;
    const regular = found.filter(({ isRegular }) => isRegular);
    const read: ReadLabelFile[] = [];
    for (const file of files.unknownAmong(name, regular)) {
      const label = await this.#read(file, rules);
      if (label) read.push(label);
    }
    if (read.length === 0 || this.#parts.signal.aborted) return;
    const outcomes = files.take(name, read);
    const labels = outcomes.flatMap((outcome, index) =>
      outcome === undefined ? [] : [factsOf(read[index]?.given, outcome)],
    );
    if (labels.length === 0) return;
    labelEntries('file', labels).forEach(record);
    telemetry.labelsGiven({ source: 'file', labels });
  }

  async #read(file: SeenFile, rules: LabelRules): Promise<ReadLabelFile | undefined> {
    const { name, folder } = this.#scanner;
    const fingerprint = `${file.size} ${file.mtimeMs} ${file.ctimeMs ?? ''} ${rules.classes.join(',')}`;
    if (this.#refused.get(file.path) === fingerprint) return undefined;
    try {
      if (file.size > LONGEST_LABEL_FILE)
        throw new Error(`it has ${file.size} bytes; a label needs a hundred`);
      const bytes = await readSettledFile(folder, file, { maxBytes: LONGEST_LABEL_FILE });
      const request = parseLabelFile(name, file.path, bytes);
      const given = checkLabel(request, 'file', file.path, rules);
      this.#refused.delete(file.path);
      return { file, given, sha256: hash('sha256', bytes, 'hex') };
    } catch (error) {
      if (!isPassing(error, file)) this.#refuse(file.path, fingerprint, error);
      return undefined;
    }
  }

  #refuse(path: string, fingerprint: string, error: unknown): void {
    if (this.#refused.size >= REFUSED_KNOWN) this.#refused.clear();
    this.#refused.set(path, fingerprint);
    const reason = sentenceOf(error);
    this.#parts.telemetry.labelRefused({ source: 'file', scanner: this.#scanner.name, name: path, reason });
  }
}

/** Whether a file has been removed or is being written: the next scan decides. */
function isPassing(error: unknown, { mtimeMs }: SeenFile): boolean {
  if (error instanceof SmearwatchError)
    return fateOf(error) === 'postpone' || hasCode(error, 'file-vanished');
  const ageMs = Date.now() - mtimeMs;
  return ageMs >= 0 && ageMs < BEING_WRITTEN_MS;
}
