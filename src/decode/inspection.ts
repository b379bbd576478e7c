import type { SmearwatchError } from '../errors.js';

/**
 * What our own reading of a file says about it, for the formats that libvips decodes. libvips collects the
 * messages of all threads in one text, so that a message cannot be relied on to belong to the file that
 * failed: only whether decoding failed is taken from it, never why.
 */
export interface Inspection {
  /** What libvips is given in the file's place; undefined: the file itself. */
  readonly input?: DecoderInput;
  /**
   * Refuses what libvips would show although a part is missing.
   * @throws SmearwatchError `image-truncated`, `image-damaged`
   */
  readonly assertWhole: () => void;
  /** The same file without damage that no pixel depends on; undefined: there is no such damage. */
  readonly repaired: () => Buffer | undefined;
  /** Why a file is refused that libvips cannot decode. */
  readonly failure: (cause: unknown) => SmearwatchError;
}

export interface DecoderInput {
  readonly bytes: Buffer;
  /**
   * True if the pixels have channels after their colours that mean nothing, but that libvips treats as
   * transparency.
   */
  readonly hasMeaninglessChannels: boolean;
}
