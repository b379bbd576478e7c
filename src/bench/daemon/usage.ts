import { readFileSync } from 'node:fs';

/** What a process has used so far. */
export interface Usage {
  /** Of all its threads, those that have ended included. */
  readonly cpuMs: number;
  /** Of the thread that it began with, which runs everything that is not in a worker. */
  readonly mainCpuMs: number;
  readonly residentBytes: number;
  /** The most that was ever resident. */
  readonly peakBytes: number;
}

/** Of user space's clock, which Linux fixes at 100 a second whatever the kernel's own is. */
const TICK_MS = 10;
/** User and system time in /proc/<pid>/stat, counted after the name in brackets, which may hold anything. */
const [USER_TIME, SYSTEM_TIME] = [11, 12];

/** Undefined where there is no /proc, as on macOS, or no such process any more. */
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
