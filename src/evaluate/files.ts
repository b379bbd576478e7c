/** What an evaluation leaves in its folder. */
export const METRICS_FILE = 'metrics.json';
export const PREDICTIONS_FILE = 'predictions.csv';
export const REPORT_FILE = 'report.html';
/** What live images are compared with (`drift.reference`). */
export const REFERENCE_FILE = 'reference.json';
