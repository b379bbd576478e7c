import { availableCores } from '../../available-cores.js';

export interface TrainingEnvironmentOptions {
  /** Threads that one kernel may use; by default one per core that this process may run on. */
  readonly threads?: number;
}

const GIBIBYTE = 1024 ** 3;

/**
 * The environment to start a training process with. glibc and TensorFlow read it before any JavaScript runs,
 * so setting it inside the process is too late: merge it into a child's, over `process.env`.
 *
 * By default, glibc maps new memory for every tensor above 32 MB and returns it when it is freed, and the
 * kernel clears each page again. At batch 15 the momentum update of AlexNet's 58 million weights then costs
 * 213000 page faults and 0.4 s of processor time, which on two shared cores was 0.3 to 0.8 s of each step and
 * at worst 1.5 s. With limits that no tensor reaches, glibc keeps the memory: no faults, 0.18 s of processor
 * time, about 0.2 s of each step. The price is a quarter more memory at the peak. jemalloc alone does not
 * help: it also returns memory, unless configured not to.
 *
 * Measured with TF_ENABLE_ONEDNN_OPTS=0, which TensorFlow chooses by itself on older processors. With oneDNN
 * it has an allocator of its own: no faults with these limits or without.
 */
export function trainingEnvironment(options: TrainingEnvironmentOptions = {}): Record<string, string> {
  const { threads = availableCores() } = options;
  return {
    MALLOC_MMAP_THRESHOLD_: String(4 * GIBIBYTE),
    // mallopt(3) allows a threshold of 32 MB at most, though new versions accept more; forbidding maps is
    // within its documentation.
    MALLOC_MMAP_MAX_: '0',
    MALLOC_TRIM_THRESHOLD_: String(64 * GIBIBYTE),
    MALLOC_TOP_PAD_: String(GIBIBYTE / 16),
    TF_CPP_MIN_LOG_LEVEL: '2',
    TF_NUM_INTRAOP_THREADS: String(threads),
    // tfjs-node runs one operation at a time: more threads would only wait.
    TF_NUM_INTEROP_THREADS: '1',
    OMP_NUM_THREADS: String(threads),
  };
}
