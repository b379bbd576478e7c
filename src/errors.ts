/** The errors of the product, for all other folders. `errors/codes.ts` is the table of their codes. */
export { helpOf, isErrorCode, type ErrorCode } from './errors/codes.js';
export { errorOf, failureOf, type Failure } from './errors/failure.js';
export { fileCodeOf } from './errors/file-errnos.js';
export type { ErrorKind, Fate } from './errors/row.js';
export {
  codeOf,
  errnoOf,
  EXIT,
  exitCodeOf,
  fateOf,
  hasCode,
  hintOf,
  isFolderAway,
  messageOf,
  sentenceOf,
  SmearwatchError,
  type SmearwatchErrorOptions,
} from './errors/smearwatch-error.js';
