/**
 * What classifies a batch: one interface for ONNX Runtime and TensorFlow, loaded only inside workers
 * (and by training). Differences between engines are capabilities, never name checks.
 */
export const ENGINE_NAMES = ['onnxruntime', 'tfjs-node'] as const;
export type EngineName = (typeof ENGINE_NAMES)[number];

export interface SessionOptions {
  /** Threads inside one operator. Workers use 1: the pool is what uses the cores. */
  readonly threads: number;
}

/** One model, loaded. */
export interface Session {
  /**
   * Probabilities of `count` images: float32, `count × classes`, row by row.
   * `pixels` holds `count × 196,608` bytes (uint8, 256×256×3, RGB).
   * @throws SmearwatchError `inference-failed`
   */
  run(pixels: Uint8Array, count: number): Promise<Float32Array>;
  close(): Promise<void>;
}

export interface EngineCapabilities {
  /** Serves files of quantised (int8) models. */
  readonly supportsInt8: boolean;
  /** Its version, for the result's record. */
  readonly version: string;
}

export interface Engine {
  readonly name: EngineName;
  readonly capabilities: EngineCapabilities;
  /**
   * Loads a model's `model.onnx`.
   * @throws SmearwatchError `model-unloadable` when the file is missing, damaged or of unsupported operators.
   */
  open(modelFile: string, classes: number, options: SessionOptions): Promise<Session>;
}
