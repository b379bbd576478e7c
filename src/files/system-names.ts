/**
 * Folders and files that servers and operating systems make by themselves, in lower case. What is in them is
 * a thumbnail, a deleted file or an old version: never an image that a scanner wrote. Names that begin with a
 * dot (`.snapshot`, `.zfs`, `.Trash-1000`, `._a.png`) are ignored anyway.
 */
const NAMES_BY_MAKER: Readonly<Record<string, readonly string[]>> = {
  synology: ['@eadir', '#recycle', '#snapshot', '@tmp', '@sharebin'],
  qnap: ['@recycle', '@recently-snapshot', '@__thumb', 'network recycle bin'],
  buffalo: ['trashbox'],
  netapp: ['~snapshot'],
  windowsFolders: ['$recycle.bin', 'recycler', 'recycled', '$extend', 'system volume information'],
  windowsFiles: ['thumbs.db', 'ehthumbs.db', 'ehthumbs_vista.db', 'desktop.ini'],
  linux: ['lost+found'],
  macos: ['network trash folder', 'temporary items', 'thevolumesettingsfolder', '__macosx'],
};
const NAMES = new Set(Object.values(NAMES_BY_MAKER).flat());
/** What `chkdsk` rescues, QNAP's numbered bins, and Synology's extended attributes beside a file. */
const PATTERN = /^found\.\d{3}$|^network recycle bin \d+$|@syno(eastream|resource)$/;

/**
 * Returns true for names (without a path) of files and folders that servers and systems make for their own
 * use.
 */
export function isSystemName(name: string): boolean {
  const lower = name.toLowerCase();
  return NAMES.has(lower) || PATTERN.test(lower);
}
