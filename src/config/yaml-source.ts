import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, type Document, type Node } from 'yaml';

/** A place in the file, counted from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** A YAML 1.2 file that reports the position of each of its options. */
export interface YamlSource {
  readonly value: unknown;
  /** Errors of the YAML itself; `value` is undefined if there are any. */
  readonly syntaxErrors: readonly { readonly message: string; readonly position: Position }[];
  /** Position of the value at `path`; for a missing option, that of the nearest section that exists. */
  positionOf(path: readonly PropertyKey[]): Position;
  /** Position of the name (not the value) of `path`. */
  positionOfKey(path: readonly PropertyKey[]): Position;
}

export function parseYaml(text: string): YamlSource {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const toPosition = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  // A warning (an unknown tag, for example) means that something in the file would be ignored: it is
  // rejected, too.
  const faults = [...document.errors, ...document.warnings];
  const syntaxErrors = faults.map(({ message, pos }) => ({ message, position: toPosition(pos[0]) }));
  return {
    ...valueOf(document, syntaxErrors),
    positionOf: (path) => toPosition(locate(document, path).value),
    positionOfKey: (path) => toPosition(locate(document, path).key),
  };
}

/** Converts nodes to values, which can still fail: the parser rejects aliases that expand without end. */
function valueOf(
  document: Document.Parsed,
  syntaxErrors: YamlSource['syntaxErrors'],
): Pick<YamlSource, 'value' | 'syntaxErrors'> {
  if (syntaxErrors.length > 0) return { value: undefined, syntaxErrors };
  try {
    return { value: document.toJS() as unknown, syntaxErrors };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { value: undefined, syntaxErrors: [{ message, position: { line: 1, column: 1 } }] };
  }
}

interface Offsets {
  readonly key: number;
  readonly value: number;
}

function locate(document: Document.Parsed, path: readonly PropertyKey[]): Offsets {
  let node: Node | null | undefined = document.contents;
  let found: Offsets = { key: startOf(node), value: startOf(node) };
  for (const part of path) {
    const step = child(isAlias(node) ? node.resolve(document) : node, part);
    if (step === undefined) return found;
    const key: number = step.key === undefined ? startOf(step.value) : startOf(step.key);
    found = { key, value: step.value === null ? key : startOf(step.value) };
    node = step.value;
  }
  return found;
}

function child(
  node: Node | null | undefined,
  part: PropertyKey,
): { key?: Node; value: Node | null } | undefined {
  if (isSeq<Node>(node) && typeof part === 'number') {
    const value = node.items[part];
    return value === undefined ? undefined : { value };
  }
  if (!isMap<Node, Node | null>(node)) return undefined;
  const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(part));
  return pair === undefined ? undefined : { key: pair.key, value: pair.value };
}

function startOf(node: Node | null | undefined): number {
  return node?.range?.[0] ?? 0;
}
