import { sequenceInfo, type GraphBuilder } from './nodes.js';
import { DATA_TYPE, type ValueInfoProto } from './proto.js';

/** An output that is no tensor; see ../engines/run-in-place.ts. */
export const NOTHING = 'nothing';

/** Gives a graph that output, which has to be the first one. */
export function addNothing(builder: GraphBuilder): ValueInfoProto {
  builder.node('SequenceEmpty', NOTHING, []);
  return sequenceInfo(NOTHING, DATA_TYPE.float);
}
