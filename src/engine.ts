/**
 * What classifies a batch: one interface for ONNX Runtime and TensorFlow, loaded only inside workers
 * (and by training). Differences between engines are capabilities, never name checks.
 */
export const ENGINE_NAMES = ['onnxruntime', 'tfjs-node'] as const;
export type EngineName = (typeof ENGINE_NAMES)[number];

/** What a model version's weights and graph are kept as. */
export const MODEL_FORMATS = ['onnx', 'layers-model'] as const;
export type ModelFormat = (typeof MODEL_FORMATS)[number];

/**
 * Which engines serve which format. Stated here, because the main thread must know it and loads no engine: a
 * configuration that cannot work is refused before any worker starts.
 */
export const ENGINES_OF_FORMAT: Readonly<Record<ModelFormat, readonly EngineName[]>> = {
  onnx: ENGINE_NAMES,
  'layers-model': ['tfjs-node'],
};

export interface SessionOptions {
  /** Threads inside one operator. Workers use 1: the pool is what uses the cores. */
  readonly threads: number;
}

/** One model, loaded. */
export interface Session {
  /**
   * Probabilities of `count` images: float32, `count × classes`, row by row.
   * `pixels` holds `count × 196,608` bytes (uint8, 256×256×3, RGB). One batch at a time.
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
   * Loads a model by its `model.onnx` or, where the engine serves LayersModels, its `model.json`.
   * @throws SmearwatchError `model-unloadable` when the file is missing, damaged or of unsupported operators.
   */
  open(modelFile: string, classes: number, options: SessionOptions): Promise<Session>;
}
