/**
 * Names of the contract's input and output (ARCHITECTURE.md, "One contract"): exporter and engine must agree.
 */
export const INPUT_NAME = 'image';
export const OUTPUT_NAME = 'probabilities';
