/** Name of the contract's input (ARCHITECTURE.md, "One contract"): exporter and engine must agree on it. */
export const INPUT_NAME = 'image';
export const OUTPUT_NAME = 'probabilities';
