/** What kind of text a passage is; the kind decides which rules apply. */
export type PassageKind = 'paragraph' | 'cell' | 'comment' | 'doc' | 'message';

/** A piece of prose with the line on which it begins; the text keeps its line breaks. */
export interface Passage {
  readonly kind: PassageKind;
  readonly line: number;
  readonly text: string;
}

/** A line of prose in a file. */
export interface ProseLine {
  readonly line: number;
  readonly text: string;
}

/** The prose of one file: passages for the rules about words, lines for the rule about their length. */
export interface Prose {
  readonly passages: readonly Passage[];
  readonly lines: readonly ProseLine[];
}

export type RuleName = 'phrase' | 'line-length' | 'fragment' | 'no-stop' | 'long-paragraph' | 'long-cell';

/** A place where a rule is broken, and what to write instead. */
export interface Finding {
  readonly rule: RuleName;
  readonly line: number;
  readonly message: string;
}
