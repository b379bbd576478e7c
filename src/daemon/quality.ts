import { isDeepStrictEqual } from 'node:util';
import type { RecordEntry } from '../audit/audit.js';
import type { Config, GateConfig } from '../config/schema.js';
import type { Ledger } from '../ledger/ledger.js';
import type { ModelSpec } from '../model/registry/in-use.js';
import { DriftMonitor, type DriftMonitorParts } from '../quality/drift/drift-monitor.js';
import { readReference, type DriftReference } from '../quality/drift/reference.js';
import { LabelDesk, type LabelDeskParts } from '../quality/labels/label-desk.js';
import { LabelFileIntake } from '../quality/labels/label-file-intake.js';
import type { LabelFileScanParts } from '../quality/labels/label-file-scan.js';
import type { LabelRules } from '../quality/labels/label-request.js';
import { liveAccuracy } from '../quality/labels/live-accuracy.js';
import type { ResultRecord } from '../record.js';
import type { Drift, LiveAccuracy, QualityReader } from '../telemetry/readers.js';
import type { Telemetry } from '../telemetry/telemetry.js';
import { ApiToken } from './http/api-token.js';
import type { ChangeGuardOptions } from './http/changes.js';
import type { HttpOptions } from './http/server.js';

export interface QualityParts {
  readonly ledger: Ledger;
  readonly telemetry: Pick<Telemetry, 'driftFailed' | 'driftFollowed'> &
    DriftMonitorParts['telemetry'] &
    LabelDeskParts['telemetry'] &
    LabelFileScanParts['telemetry'] &
    ChangeGuardOptions['telemetry'];
  readonly record: RecordEntry;
  /** The configuration in force. */
  readonly config: () => Config;
  /** The models in use; empty until they are loaded. */
  readonly models: () => readonly ModelSpec[];
}

const DAY_MS = 86_400_000;

/**
 * Measures how accurate the models are and whether the images have changed: external labels, live accuracy
 * and drift.
 */
export class Quality implements QualityReader {
  readonly #parts: QualityParts;
  readonly #token = new ApiToken();
  readonly #desk: LabelDesk;
  readonly #files: LabelFileIntake;
  readonly #drift: DriftMonitor;
  #isDriftFailing = false;
  /** The drift reference of the configuration that is, or is about to be, in force. */
  #reference:
    { readonly file: string | undefined; readonly reference: DriftReference | undefined } | undefined;
  /** The settings that the parts use now. */
  #using: { readonly drift: unknown; readonly scanners: unknown } = { drift: undefined, scanners: undefined };

  constructor(parts: QualityParts) {
    const { ledger, telemetry, record } = parts;
    const rules = (): LabelRules | undefined => this.#rules();
    this.#parts = parts;
    this.#desk = new LabelDesk({ labels: ledger.labels, telemetry, record, rules });
    this.#files = new LabelFileIntake({ files: ledger.labelFiles, telemetry, record, rules });
    this.#drift = new DriftMonitor({
      store: ledger.driftReferences,
      telemetry,
      newest: (limit) => ledger.browse.results({ limit }).map(({ record }) => record),
    });
  }

  /**
   * Reads the files that a configuration names, before it is applied. A new token is valid from now on.
   * @throws SmearwatchError `token-unusable`, `drift-reference-invalid`
   */
  async prepare({ http, drift: { reference: file } }: Config): Promise<void> {
    const reference = file === undefined ? undefined : await readReference(file);
    await this.#token.use(http.enabled ? http.tokenFile : undefined);
    this.#reference = { file, reference };
  }

  /** Applies a prepared configuration; parts whose settings are the same continue. */
  async use({ drift, scanners }: Config): Promise<void> {
    const reference = this.#reference?.file === drift.reference ? this.#reference?.reference : undefined;
    if (!isDeepStrictEqual(this.#using.drift, { drift, reference })) this.#drift.use(drift, reference);
    if (!isDeepStrictEqual(this.#using.scanners, scanners)) await this.#files.use({ scanners });
    this.#using = { drift: { drift, reference }, scanners };
  }

  /** Options for the HTTP server's routes that change something. */
  changes({ changesPerMinute }: Config['http']): HttpOptions['changes'] {
    return {
      token: this.#token,
      perMinute: changesPerMinute,
      telemetry: this.#parts.telemetry,
      giveLabels: (labels) => this.#desk.give(labels, 'http'),
    };
  }

  /** Records that an image has been classified. Never throws: following drift must never cost an image. */
  observe(record: ResultRecord): void {
    if (this.#using.drift === undefined) return;
    try {
      this.#drift.observe(record);
      if (this.#isDriftFailing) this.#parts.telemetry.driftFollowed();
      this.#isDriftFailing = false;
    } catch (error) {
      this.#isDriftFailing = true;
      this.#parts.telemetry.driftFailed({ error });
    }
  }

  /** Resolves when the label files that were in the folders at the start have been read. */
  async whenLooked(): Promise<void> {
    await this.#files.whenLooked();
  }

  async stop(): Promise<void> {
    await this.#files.stop();
  }

  accuracy(): LiveAccuracy[] {
    const { accuracy, evaluation } = this.#parts.config();
    const { window, maxAgeDays } = accuracy;
    const sinceMs = maxAgeDays === undefined ? 0 : Math.round(Date.now() - maxAgeDays * DAY_MS);
    const { labelledPredictions } = this.#parts.ledger;
    return this.#models().map(({ identity, classes }) => ({
      ...liveAccuracy(identity, classes, labelledPredictions.window(identity, { images: window, sinceMs })),
      gate: liveGate(evaluation.gates, identity.name),
    }));
  }

  waitingLabels(): number {
    return this.#parts.ledger.labels.countWaiting();
  }

  modelDrift(): { model: ModelSpec['identity']; reading: Drift }[] {
    return this.#drift.readModels(this.#models().map(({ identity }) => identity));
  }

  scannerDrift(): { scanner: string; reading: Drift }[] {
    // Before the models are loaded, no observations have been read from the ledger.
    if (this.#using.drift === undefined) return [];
    const { scanners } = this.#parts.config();
    return scanners.map(({ name }) => ({ scanner: name, reading: this.#drift.readScanner(name) }));
  }

  #models(): readonly ModelSpec[] {
    return this.#using.drift === undefined ? [] : this.#parts.models();
  }

  /** The rules for labels; all models in use have the same classes. */
  #rules(): LabelRules | undefined {
    const classes = this.#parts.models()[0]?.classes;
    return classes && { classes, scanners: this.#parts.config().scanners.map(({ name }) => name) };
  }
}

/**
 * Share of images that the gates require a model to classify correctly: live accuracy is the same figure, on
 * live images.
 */
function liveGate(gates: readonly GateConfig[], model: string): number | undefined {
  const limits = gates
    .filter((gate) => gate.figure === 'shareRight' && (gate.model === undefined || gate.model === model))
    .flatMap(({ min }) => min ?? []);
  return limits.length > 0 ? Math.max(...limits) : undefined;
}
