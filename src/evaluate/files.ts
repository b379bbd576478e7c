/** Name of the file with an evaluation's figures, in its output folder. */
export const METRICS_FILE = 'metrics.json';
export const PREDICTIONS_FILE = 'predictions.csv';
export const REPORT_FILE = 'report.html';
/** Name of the file with the reference for drift detection (`drift.reference`). */
export const REFERENCE_FILE = 'reference.json';
