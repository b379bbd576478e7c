import type { ImageLook, ModelPrediction } from '../../record.js';

/** The prediction of one model for one image. */
export interface PredictionObservation {
  readonly class: string;
  /** Probability of that class. */
  readonly confidence: number;
}

/** The look of one image, as the three numbers in which drift is measured. */
export interface LookObservation {
  readonly brightness: number;
  /** Mean optical density of the stained pixels, over the channels; undefined if no pixel is stained. */
  readonly stainStrength: number | undefined;
  /** Red's share of that density: blue dye absorbs red light, so it rises when the stain turns blue. */
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
