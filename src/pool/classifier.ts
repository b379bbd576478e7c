import type { BatchReply, FileToPrepare, PrepareLimits } from './protocol.js';

export interface Classifier {
  classifyFiles(files: readonly FileToPrepare[], limits: PrepareLimits): Promise<BatchReply>;
}
