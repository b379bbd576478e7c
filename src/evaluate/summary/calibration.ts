import { expectedCalibrationError, reliabilityBins } from '../../statistics/calibration.js';
import type { Calibration } from '../metrics.js';
import { figureOrNull } from './figure-or-null.js';
import type { ImageTable } from './image-table.js';

export function calibrationOf({ probabilities, labels, classes }: ImageTable): Calibration {
  const bins = reliabilityBins(probabilities, labels, classes);
  return {
    expectedError: figureOrNull(expectedCalibrationError(bins)),
    bins: bins.map((bin) => ({
      ...bin,
      confidence: figureOrNull(bin.confidence),
      shareRight: figureOrNull(bin.shareRight),
    })),
  };
}
