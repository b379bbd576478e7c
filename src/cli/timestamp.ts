/** `20260301-140509`, in UTC: sorts by time, and is a folder's name on every system. */
export function timestamp(now: Date): string {
  return now.toISOString().slice(0, 19).replace(/[-:]/g, '').replace('T', '-');
}
