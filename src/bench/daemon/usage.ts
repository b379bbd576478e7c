import { readFileSync } from 'node:fs';

/** The resources that a process has used so far. */
export interface Usage {
  /** CPU time of all its threads, including those that have ended. */
  readonly cpuMs: number;
  /** CPU time of the main thread, which runs everything outside of the workers. */
  readonly mainCpuMs: number;
  readonly residentBytes: number;
  /** The largest resident memory. */
  readonly peakBytes: number;
}

/** Tick of user space's clock, which Linux fixes at 100 a second, independently of the kernel's own. */
const TICK_MS = 10;
/**
 * Positions of user and system time in /proc/<pid>/stat, counted after the name in brackets, which may
 * contain anything.
 */
const [USER_TIME, SYSTEM_TIME] = [11, 12];

/** Resource use of a process; undefined without /proc, as on macOS, or when the process has ended. */
export function usageOf(pid: number): Usage | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return {
      cpuMs: cpuMsIn(`/proc/${pid}/stat`),
      mainCpuMs: cpuMsIn(`/proc/${pid}/task/${pid}/stat`),
      residentBytes: bytesIn(status, 'VmRSS'),
      peakBytes: bytesIn(status, 'VmHWM'),
    };
  } catch {
    return undefined;
  }
}

function cpuMsIn(file: string): number {
  const text = readFileSync(file, 'utf8');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[USER_TIME]) + Number(fields[SYSTEM_TIME])) * TICK_MS;
}

function bytesIn(status: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? NaN) * 1024;
}
