import type { ImageLook, ModelPrediction } from '../../record.js';

/** What one model said of one image. */
export interface PredictionObservation {
  readonly class: string;
  /** Probability of that class. */
  readonly confidence: number;
}

/** How one image looks, in the three numbers that drift is told by. */
export interface LookObservation {
  readonly brightness: number;
  /** Mean optical density of the stained pixels, over the channels; undefined where nothing is stained. */
  readonly stainStrength: number | undefined;
  /** Red's share of that density: what is blue absorbs red light, so it rises when the stain turns blue. */
  readonly stainColour: number | undefined;
}

export function predictionObservation(prediction: ModelPrediction): PredictionObservation {
  return { class: prediction.class, confidence: prediction.probabilities[prediction.class] ?? 0 };
}

export function lookObservation({ brightness, stain }: ImageLook): LookObservation {
  if (stain === undefined) return { brightness, stainStrength: undefined, stainColour: undefined };
  const density = stain.red + stain.green + stain.blue;
  return { brightness, stainStrength: density / 3, stainColour: stain.red / density };
}
