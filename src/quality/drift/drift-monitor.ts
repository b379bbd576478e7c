import type { Config } from '../../config/schema.js';
import type { ModelIdentity, ResultRecord } from '../../record.js';
import type { Telemetry } from '../../telemetry/telemetry.js';
import {
  lookObservation,
  predictionObservation,
  type LookObservation,
  type PredictionObservation,
} from './observation.js';
import type { LookReference, PredictionReference, DriftReference } from './reference.js';
import { DriftSubject, type DriftReading } from './subject.js';
import { watchedLooks, watchedPredictions, type DriftWatch } from './watched.js';

/** References taken from live images, by subject; the ledger stores them. */
export interface ReferenceStore {
  /** Returns the reference of a subject as JSON. */
  find(subject: string): string | undefined;
  keep(subject: string, reference: string): void;
}

export interface DriftMonitorParts {
  readonly store: ReferenceStore;
  readonly telemetry: Pick<Telemetry, 'driftReferenceTaken' | 'driftFailed'>;
  /** Returns at most `limit` results, newest first: those that the windows held before a restart. */
  readonly newest: (limit: number) => readonly ResultRecord[];
}

/** Results read at a start to fill the windows, in windows: several models and scanners share them. */
const WINDOWS_READ_BACK = 4;

/**
 * Compares the newest images of each model and scanner with a reference: the configured one if it contains
 * the model, otherwise the first window of images, taken once for each model version and each scanner. While
 * images flow, it uses the ledger only to store a reference.
 */
export class DriftMonitor {
  readonly #parts: DriftMonitorParts;
  #window = 0;
  #configured: DriftReference | undefined;
  /** Subjects whose reference is taken from live images. */
  #taken = new Set<string>();
  #models = new Map<string, DriftSubject<PredictionObservation, PredictionReference>>();
  #scanners = new Map<string, DriftSubject<LookObservation, LookReference>>();

  constructor(parts: DriftMonitorParts) {
    this.#parts = parts;
  }

  /** Applies a section of the configuration, with the reference that it names. */
  use({ window }: Config['drift'], configured: DriftReference | undefined): void {
    this.#window = window;
    this.#configured = configured;
    this.#taken = new Set();
    this.#models = new Map();
    this.#scanners = new Map();
    for (const record of [...this.#parts.newest(window * WINDOWS_READ_BACK)].reverse()) this.observe(record);
  }

  /** Adds an image that has been classified. */
  observe({ image, models }: ResultRecord): void {
    for (const model of models) this.#modelOf(model).add(predictionObservation(model));
    if (image.look) this.#scannerOf(image.scanner).add(lookObservation(image.look));
  }

  /** Readings of the models in use; those of other models are dropped. */
  readModels(models: readonly ModelIdentity[]): { model: ModelIdentity; reading: DriftReading }[] {
    const subjects = models.map((model) => ({ model, subject: this.#modelOf(model) }));
    this.#models = new Map(subjects.map(({ model, subject }) => [keyOf(model), subject]));
    return subjects.map(({ model, subject }) => ({ model, reading: this.#read(keyOf(model), subject) }));
  }

  readScanner(scanner: string): DriftReading {
    return this.#read(scannerSubject(scanner), this.#scannerOf(scanner));
  }

  /**
   * Reads a subject. `smearwatch rebaseline` removes a reference that was taken: the newest images then
   * become the next one.
   */
  #read<O, R extends { readonly images: number }>(key: string, subject: DriftSubject<O, R>): DriftReading {
    const isTaken = this.#taken.has(key) && subject.hasReference;
    if (isTaken && this.#parts.store.find(key) === undefined) subject.renewReference();
    return subject.read();
  }

  #modelOf(model: ModelIdentity): DriftSubject<PredictionObservation, PredictionReference> {
    const { engine, weightsSha256 } = model;
    const configured = this.#configured?.models.find(
      (known) => known.weightsSha256 === weightsSha256 && known.engine === engine,
    );
    return this.#subject(this.#models, keyOf(model), watchedPredictions, configured);
  }

  #scannerOf(scanner: string): DriftSubject<LookObservation, LookReference> {
    return this.#subject(this.#scanners, scannerSubject(scanner), watchedLooks, this.#configured?.looks);
  }

  #subject<O, R extends { readonly images: number }>(
    subjects: Map<string, DriftSubject<O, R>>,
    key: string,
    watched: DriftWatch<O, R>,
    configured: R | undefined,
  ): DriftSubject<O, R> {
    const known = subjects.get(key);
    if (known) return known;
    const subject = new DriftSubject<O, R>({
      watched,
      window: this.#window,
      reference: configured ?? this.#kept(key, watched),
      onReference: (reference) => this.#keep(key, reference),
    });
    subjects.set(key, subject);
    if (!configured) this.#taken.add(key);
    return subject;
  }

  #kept<O, R>(key: string, watched: DriftWatch<O, R>): R | undefined {
    const json = this.#parts.store.find(key);
    return json === undefined ? undefined : watched.parseReference(JSON.parse(json));
  }

  #keep(key: string, reference: { readonly images: number }): void {
    try {
      this.#parts.store.keep(key, JSON.stringify(reference));
      this.#parts.telemetry.driftReferenceTaken({ subject: key, images: reference.images });
    } catch (error) {
      // The disk may be full for a moment: the reference stays in memory and is taken again after the next
      // start.
      this.#parts.telemetry.driftFailed({ error });
    }
  }
}

/** Key under which a scanner's reference is stored. */
export function scannerSubject(scanner: string): string {
  return `scanner ${scanner}`;
}

function keyOf({ name, version, engine, weightsSha256 }: ModelIdentity): string {
  return `model ${name}@${version}/${engine}/${weightsSha256}`;
}
