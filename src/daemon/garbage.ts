import { setFlagsFromString } from 'node:v8';

/**
 * By how much the heap may grow beyond what was in use after the last full collection, in percent, before the
 * next one.
 */
const GROWING_PERCENT = 50;

/**
 * After the first full collection V8 lets the heap grow to four times what is in use, since a process that
 * has just started allocates fast: that is 70 MB of garbage, which a daemon then holds for minutes. V8 reads
 * this flag at the end of each collection, so that it may be set while the program runs. It counts for the
 * workers as well, whose heaps are 8 MB.
 */
export function collectGarbageEarly(): void {
  setFlagsFromString(`--heap-growing-percent=${GROWING_PERCENT}`);
}
