import { hasCode } from '../errors.js';
import type { Telemetry } from '../telemetry/telemetry.js';
import { Audit, type AuditHead, type NewEntry } from './audit.js';

/**
 * What /status says about the trail. `head` is there to be copied elsewhere: it proves everything before it.
 */
export interface AuditStatus {
  readonly head: AuditHead | undefined;
  readonly writable: boolean;
  /** Entries that could not be written yet. */
  readonly waiting: number;
}

export interface RecorderOptions {
  readonly stateFolder: string;
  readonly telemetry: Pick<Telemetry, 'auditAppended' | 'auditFailed'>;
  readonly retryIntervalMs?: number;
  /** Entries that wait for a trail that cannot be written, at most; a daemon makes a handful a day. */
  readonly maxWaiting?: number;
}

/** Entries written at one go: each costs some milliseconds, during which no image is taken in. */
const AT_ONCE = 20;

/**
 * The daemon's hand on the audit trail. It never throws: a trail that cannot be written is no reason to leave
 * patients' images unclassified. Entries then wait in memory, in order and with the time they happened, and
 * are tried again with every new one and on a timer; telemetry raises the alarm meanwhile. What a crash takes
 * with it is still in the log.
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

  /** Durable when this returns and `status.writable`. */
  record(entry: NewEntry): void {
    this.#waiting.push({ at: new Date(), ...entry });
    if (this.#waiting.length > (this.#options.maxWaiting ?? 1000)) {
      this.#waiting.shift();
      this.#lost += 1;
    }
    this.#flush(AT_ONCE);
  }

  /** Whether the run before this one ended as it should; for the entry of the start. */
  previousRun(): 'none' | 'stopped' | 'ended without stopping' | 'unknown' {
    try {
      const last = this.#open().lastOf('daemon-started', 'daemon-stopped');
      if (last === undefined) return 'none';
      return last.event === 'daemon-stopped' ? 'stopped' : 'ended without stopping';
    } catch {
      // The entry that follows raises the alarm, with the reason.
      return 'unknown';
    }
  }

  get status(): AuditStatus {
    return { head: this.#head, writable: this.#isWritable, waiting: this.#waiting.length };
  }

  /** Writes what waits, as far as it can be written. */
  #flush(atOnce: number): void {
    try {
      for (let written = 0; written < atOnce; written += 1) {
        const next = this.#lostEntry() ?? this.#waiting[0];
        if (next === undefined) return;
        this.#append(next);
      }
    } catch (error) {
      // One that can never be written must not keep the others waiting; the log has it.
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

  /** Opened anew at the next attempt: the file may have been put back meanwhile. */
  #close(): void {
    try {
      this.#audit?.close();
    } catch {
      // It is given up in any case.
    }
    this.#audit = undefined;
  }
}
