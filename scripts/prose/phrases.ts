/** A phrase that readers stumble over, and the usual word for it. */
export interface Phrase {
  readonly pattern: RegExp;
  readonly instead: string;
}

/** Words between blanks match over line breaks, too. */
function phrase(words: string, instead: string): Phrase {
  return { pattern: new RegExp(`\\b(?:${words.replaceAll(' ', '\\s+')})\\b`, 'gi'), instead };
}

export const PHRASES: readonly Phrase[] = [
  phrase('mend|mends|mended|mending', 'fix'),
  phrase('nobody', 'no one'),
  phrase('somebody', 'someone'),
  phrase('everybody', 'everyone'),
  phrase('whoever', 'anyone who'),
  phrase('whatever|whichever', 'any …, or name the thing'),
  phrase('meanwhile', 'in the meantime'),
  phrase('anew', 'again'),
  phrase('alike', 'the same, or a similar …'),
  phrase('forever|for ever', 'permanently, or without limit'),
  phrase('(?:tell|tells|telling|told) of', 'report, reported'),
  phrase('(?:is|are|was|were|been|be) told(?! of)', 'receive, or is notified'),
  phrase('(?:put|puts|putting) back', 'restore, restored'),
  phrase('(?:stand|stands|standing|stood) still', 'stall, stalled'),
  phrase('(?:take|takes|taking|taken|took) over', 'apply, applied'),
  phrase('(?:take|takes|taking|taken|took) up', 'pick up, queue'),
  phrase('(?:take|takes|taking|taken|took) (?:it|them) (?:over|up)', 'apply, pick up'),
  phrase('in work|at work', 'in flight, in progress, busy'),
  phrase('(?:go|goes|going|went|gone) on', 'continue, continues'),
  phrase('(?:go|goes|going|went|gone) round', 'repeat'),
  phrase('(?:send|sends|sent|sending) round', 'queue again'),
  phrase('(?:works?|worked|working) off', 'process, finish'),
  phrase('needs? a look', 'name the problem'),
  phrase('(?:of )?(?:so|that|this) many', 'N, at most N, or this number of'),
  phrase('so few|so much|that much', 'name the quantity'),
  phrase('(?:for|takes?|took|lasts?|waits?) so long', 'this long, for this time'),
  phrase('(?:can|could) tell', 'can detect, or can distinguish'),
  phrase('has (?:the )?(?:name|form|kind) of no', 'is not one of'),
  phrase('(?:is|are|was|were) none', 'is missing, does not exist'),
  phrase(
    '(?:is|are) no (?:chance|proof|matter|file|image|class|label|name|number|version|folder)',
    'is not a …',
  ),
  phrase('none of (?:ours|its|theirs)', 'not one of …'),
  phrase('(?:is|are|was|were) away', 'is unavailable, is not mounted'),
  phrase('(?:becomes?|became|come|comes|came) of', 'happens to, results from'),
  phrase('(?:lie|lies|lay|lying) (?:on|in|beside|below|at)', 'is in, is on'),
  phrase('(?:stand|stands|standing|stood) (?:in|below|beside|here|there)', 'is in, is below'),
  phrase('(?:is|are|was|were) to be', 'must be, will be'),
  phrase('computed of', 'computed from'),
  phrase('made of it|made of them', 'made from it'),
  phrase('blamed? for nothing', 'not blamed'),
  phrase('for itself|for themselves', 'separately'),
  phrase('beside(?:s)? (?:it|them|these|those|that)', 'next to …, in addition to …'),
  phrase('hence|thereby|therein|thereof|thereupon', 'so, by this'),
];
