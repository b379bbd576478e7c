import { SlidingWindow } from './sliding-window.js';
import type { DriftWatch } from './watched.js';

/** Below so many images chance alone moves the index (see docs/drift.md): nothing is said then. */
const FEWEST_IMAGES = 200;

/** What is known of one model's, or one scanner's, drift. */
export interface DriftReading {
  /** In the window; an index is told from 200 on, or from a full window on where that is smaller. */
  readonly images: number;
  /** 0: the reference is still being taken. */
  readonly referenceImages: number;
  /** Population stability indexes by measure. */
  readonly indexes: Readonly<Record<string, number>>;
}

export interface SubjectOptions<Observation, Reference> {
  readonly watched: DriftWatch<Observation, Reference>;
  readonly window: number;
  /** The one configured or taken earlier. */
  readonly reference: Reference | undefined;
  /** The window has become full for the first time, and there was no reference. */
  readonly onReference: (reference: Reference) => void;
}

/** One model or scanner: its newest images, and what they are compared with. */
export class DriftSubject<Observation, Reference extends { readonly images: number }> {
  readonly #options: SubjectOptions<Observation, Reference>;
  readonly #window: SlidingWindow<Observation>;
  #reference: Reference | undefined;

  constructor(options: SubjectOptions<Observation, Reference>) {
    this.#options = options;
    this.#window = new SlidingWindow(options.window);
    this.#reference = options.reference;
  }

  get hasReference(): boolean {
    return this.#reference !== undefined;
  }

  add(observation: Observation): void {
    this.#window.add(observation);
    this.#takeReference();
  }

  /** The newest images are the reference from now on. */
  renewReference(): void {
    this.#reference = undefined;
    this.#takeReference();
  }

  read(): DriftReading {
    const images = this.#window.length;
    const reference = this.#reference;
    const isEnough = images >= Math.min(FEWEST_IMAGES, this.#options.window);
    return {
      images,
      referenceImages: reference?.images ?? 0,
      indexes: reference && isEnough ? this.#options.watched.indexes(reference, this.#window.values) : {},
    };
  }

  #takeReference(): void {
    if (this.#reference !== undefined || !this.#window.isFull) return;
    this.#reference = this.#options.watched.makeReference(this.#window.values);
    this.#options.onReference(this.#reference);
  }
}
