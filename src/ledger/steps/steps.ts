/**
 * What was added to the ledger since version 1, oldest first: the step at index n brings a ledger of version
 * n + 1 to version n + 2. Each one is SQL in a file of its own here, and never changes once it has been
 * released.
 */
export const STEPS: readonly string[] = [];
