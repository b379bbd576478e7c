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

/** Whether our own WebAssembly kernels compute what they can of a model: the choices of `pool.kernels`. */
export const KERNEL_CHOICES = ['auto', 'off'] as const;
export type KernelChoice = (typeof KERNEL_CHOICES)[number];

export interface SessionOptions {
  /** Threads inside one operator. Workers use 1: the pool is what uses the cores. */
  readonly threads: number;
  /** Default `auto`. */
  readonly kernels?: KernelChoice;
}

/**
 * What computes a model, for the result's record. model/accelerate/README.md explains each; names are only
 * added.
 */
export const COMPUTATIONS = ['onnxruntime', 'smearwatch-front', 'smearwatch-winograd', 'tfjs-node'] as const;
export type ComputationName = (typeof COMPUTATIONS)[number];

/** How a session computes: part of each result. */
export interface ComputedBy {
  readonly computation: ComputationName;
  /** Version of onnxruntime-node or tfjs. */
  readonly engineVersion: string;
}

/**
 * Why a kernel does not compute a model although kernels are on. `kernel-unavailable`: it cannot run on this
 * computer. `model-unmatched`: no kernel knows the beginning of the model's graph. `model-indivisible`: the
 * graph could not be loaded in parts.
 */
export const KERNEL_FALLBACKS = ['kernel-unavailable', 'model-unmatched', 'model-indivisible'] as const;

export interface KernelFallback {
  readonly reason: (typeof KERNEL_FALLBACKS)[number];
  /** What happened, for the log. */
  readonly message: string;
}

/** What computes a model in one worker. */
export interface HowComputed {
  readonly computedBy: ComputedBy;
  /** Why it is not computed by the kernels that it could be computed by. */
  readonly fallback?: KernelFallback | undefined;
}

/** One model, loaded. */
export interface Session extends HowComputed {
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
  /** Version of onnxruntime-node or tfjs, for the result's record. */
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
