/**
 * Text for names that people read and the audit trail keeps: no control characters, no half of a surrogate
 * pair, and no U+FFFD, which stands for a character that a conversion has lost.
 */
export const ONE_LINE = /^[^\p{Cc}\p{Cs}\uFFFD]+$/u;

/** What is wrong with text that does not match, as the end of a sentence. */
export const ONE_LINE_RULE = 'must be one line of text, without control characters and damaged ones (U+FFFD)';
