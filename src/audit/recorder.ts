import { hasCode } from '../errors.js';
import type { Telemetry } from '../telemetry/telemetry.js';
import { Audit, type AuditHead, type NewEntry } from './audit.js';

/** The audit trail as /status shows it. Copy `head` to another place: it proves everything before it. */
export interface AuditStatus {
  readonly head: AuditHead | undefined;
  readonly writable: boolean;
  /** Number of entries that could not be written yet. */
  readonly waiting: number;
}

export interface RecorderOptions {
  readonly stateFolder: string;
  readonly telemetry: Pick<Telemetry, 'auditAppended' | 'auditFailed'>;
  readonly retryIntervalMs?: number;
  /** Most entries that wait for a trail that cannot be written; a daemon makes a few a day. */
  readonly maxWaiting?: number;
}

/** Entries written at a time: each takes some milliseconds, during which no image is taken in. */
const AT_ONCE = 20;

/**
 * Writes the daemon's entries to the audit trail. It never throws: images must be classified even if the
 * trail cannot be written. Entries then wait in memory, in order and with their original time, and are tried
 * again with every new entry and on a timer, while telemetry raises the alarm. Entries lost in a crash are
 * still in the log.
 */
export class AuditRecorder {
  readonly #options: RecorderOptions;
  readonly #timer: NodeJS.Timeout;
  #waiting: NewEntry[] = [];
  #lost = 0;
  #audit: Audit | undefined;
  #head: AuditHead | undefined;
  #isWritable = true;

  constructor(options: RecorderOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.#flush(AT_ONCE), options.retryIntervalMs ?? 10_000);
    this.#timer.unref();
  }

  /** Records an entry. It is durable when this returns and `status.writable` is true. */
  record(entry: NewEntry): void {
    this.#waiting.push({ at: new Date(), ...entry });
    if (this.#waiting.length > (this.#options.maxWaiting ?? 1000)) {
      this.#waiting.shift();
      this.#lost += 1;
    }
    this.#flush(AT_ONCE);
  }

  /** How the previous run ended; the entry of the start records it. */
  previousRun(): 'none' | 'stopped' | 'ended without stopping' | 'unknown' {
    try {
      const last = this.#open().lastOf('daemon-started', 'daemon-stopped');
      if (last === undefined) return 'none';
      return last.event === 'daemon-stopped' ? 'stopped' : 'ended without stopping';
    } catch {
      // Recording the start entry raises the alarm, with the reason.
      return 'unknown';
    }
  }

  get status(): AuditStatus {
    return { head: this.#head, writable: this.#isWritable, waiting: this.#waiting.length };
  }

  /** Writes waiting entries, until one cannot be written. */
  #flush(atOnce: number): void {
    try {
      for (let written = 0; written < atOnce; written += 1) {
        const next = this.#lostEntry() ?? this.#waiting[0];
        if (next === undefined) return;
        this.#append(next);
      }
    } catch (error) {
      // An entry that can never be written must not block the others; the log has it.
      if (hasCode(error, 'audit-entry-invalid')) {
        this.#waiting.shift();
        this.#lost += 1;
      }
      this.#isWritable = false;
      this.#close();
      this.#options.telemetry.auditFailed({ error, waiting: this.#waiting });
    }
  }

  close(): void {
    clearInterval(this.#timer);
    this.#flush(Infinity);
    this.#close();
  }

  #append(entry: NewEntry): void {
    const { sequence, hash, event, actor, details } = this.#open().append(entry);
    if (entry === this.#waiting[0]) this.#waiting.shift();
    else this.#lost = 0;
    this.#head = { sequence, hash };
    this.#isWritable = true;
    this.#options.telemetry.auditAppended({ sequence, hash, event, actor, details });
  }

  #lostEntry(): NewEntry | undefined {
    return this.#lost === 0 ? undefined : { event: 'audit-lost', details: { entries: this.#lost } };
  }

  #open(): Audit {
    return (this.#audit ??= Audit.open(this.#options.stateFolder));
  }

  /** Closes the trail. The next attempt opens it again, since the file may have been restored in between. */
  #close(): void {
    try {
      this.#audit?.close();
    } catch {
      // The connection is dropped in any case.
    }
    this.#audit = undefined;
  }
}
