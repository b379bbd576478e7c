import { availableParallelism } from 'node:os';

export interface TrainingEnvironmentOptions {
  /** Threads that one kernel may use; by default one per core that this process may run on. */
  readonly threads?: number;
}

const GIBIBYTE = 1024 ** 3;

/**
 * The environment to start a training process with. glibc and TensorFlow read it before any JavaScript runs, so
 * setting it inside the process is too late: merge it into a child's, over `process.env`.
 *
 * Left to itself, glibc maps every tensor above 32 MB afresh and gives it back when it is freed, and the kernel clears
 * each page again. At batch 15 the momentum update of AlexNet's 58 million weights then costs 213000 page faults, 0.4 s
 * of processor time and, on a busy machine, 0.7 to 2.5 s a step. With limits that no tensor reaches glibc keeps the
 * memory: no faults, 0.18 s, about 0.2 s a step. The price is a quarter more memory at the peak. jemalloc does no
 * better: it too returns memory unless it is told not to.
 *
 * It matters where TensorFlow leaves oneDNN off, which it does on processors without AVX-512 VNNI. With oneDNN it has
 * an allocator of its own, and these limits change nothing.
 */
export function trainingEnvironment(options: TrainingEnvironmentOptions = {}): Record<string, string> {
  const { threads = availableParallelism() } = options;
  return {
    MALLOC_MMAP_THRESHOLD_: String(4 * GIBIBYTE),
    // glibc before 2.35 refuses a threshold above 32 MB without a word; having no maps at all works on every version.
    MALLOC_MMAP_MAX_: '0',
    MALLOC_TRIM_THRESHOLD_: String(64 * GIBIBYTE),
    MALLOC_TOP_PAD_: String(GIBIBYTE / 16),
    TF_CPP_MIN_LOG_LEVEL: '2',
    TF_NUM_INTRAOP_THREADS: String(threads),
    // tfjs-node runs one operation at a time: more would only be threads that wait.
    TF_NUM_INTEROP_THREADS: '1',
    OMP_NUM_THREADS: String(threads),
  };
}
