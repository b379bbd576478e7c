import type { FilesResult } from './inference-pool.js';
import type { FileToPrepare, PrepareLimits } from './protocol.js';

export interface Classifier {
  classifyFiles(files: readonly FileToPrepare[], limits: PrepareLimits): Promise<FilesResult>;
}
