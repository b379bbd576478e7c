/**
 * The paper's F-measure 2PR / (P + R), the harmonic mean of precision and recall (van Rijsbergen,
 * "Information Retrieval", 1979). Its limit for P = R = 0 is 0: everything wrong is a figure, and the worst
 * one.
 */
export function fMeasure(precision: number, recall: number): number {
  return precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall);
}
