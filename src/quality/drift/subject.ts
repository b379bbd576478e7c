import { SlidingWindow } from './sliding-window.js';
import type { DriftWatch } from './watched.js';

/**
 * Fewest images for an index: with fewer, chance alone moves it (see docs/drift.md), and none is reported.
 */
const FEWEST_IMAGES = 200;

/** The measured drift of one model or one scanner. */
export interface DriftReading {
  /**
   * Images in the window. An index is reported from 200 images on, or from a full window on if that is
   * smaller.
   */
  readonly images: number;
  /** Images in the reference; 0 while it is still being taken. */
  readonly referenceImages: number;
  /** Population stability indexes by measure. */
  readonly indexes: Readonly<Record<string, number>>;
}

export interface SubjectOptions<Observation, Reference> {
  readonly watched: DriftWatch<Observation, Reference>;
  readonly window: number;
  /** The reference that was configured or taken earlier. */
  readonly reference: Reference | undefined;
  /** Called when the window is full for the first time and there was no reference. */
  readonly onReference: (reference: Reference) => void;
}

/** One model or scanner: its newest images, and the reference that they are compared with. */
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

  /** Makes the newest images the reference from now on. */
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
