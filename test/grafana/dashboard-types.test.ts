import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { expect, it } from 'vitest';
import { generatedGrafanaFiles } from '../../grafana/source/generated-files.js';

/**
 * Grafana's published schema of dashboards, as far as it can be had without Grafana: the types of its
 * foundation SDK, which are generated from that schema. The generated JSON itself is checked, as a literal,
 * so that a field that is not in the schema is an error as well; with the options of each kind of panel and
 * the queries, which the schema of a panel leaves open. Not checked: whether Grafana shows what was meant.
 */
interface PanelJson {
  readonly type: string;
  readonly options?: unknown;
  readonly targets?: readonly unknown[];
  readonly fieldConfig?: { readonly defaults?: { readonly custom?: unknown } };
}

const SDK = '@grafana/grafana-foundation-sdk';
const KINDS = ['stat', 'table', 'timeseries'];
const HEAD = `
import type { Dashboard } from '${SDK}/dashboard';
import type { Dataquery } from '${SDK}/prometheus';
${KINDS.map((kind) => `import type * as ${kind} from '${SDK}/${kind}';`).join('\n')}
/** JSON has the values of enumerations, not their names; and fields that the SDK's builders add for their own use. */
type Json<T> = T extends string ? \`\${T}\` : T extends (...args: never[]) => unknown ? never
  : T extends readonly (infer U)[] ? Json<U>[] : T extends object ? { [K in keyof T as K extends \`_impl\${string}\` ? never : K]: Json<T[K]> } : T;
`;

function sourceOf(json: string): string {
  const { panels = [], ...rest } = JSON.parse(json) as { panels?: PanelJson[] };
  const lines = panels.flatMap(({ type, options, targets = [], fieldConfig }) => {
    if (type === 'row') return [];
    const custom = fieldConfig?.defaults?.custom;
    return [
      `({ type: ${JSON.stringify(type)} }) satisfies { type: ${KINDS.map((kind) => `'${kind}'`).join(' | ')} };`,
      ...targets.map((target) => `(${JSON.stringify(target)}) satisfies Json<Dataquery>;`),
      ...(options === undefined ? [] : [`(${JSON.stringify(options)}) satisfies Json<${type}.Options>;`]),
      ...(custom === undefined ? [] : [`(${JSON.stringify(custom)}) satisfies Json<${type}.FieldConfig>;`]),
    ];
  });
  // Queries are checked elsewhere: here they are of any data source.
  const bare = panels.map((panel) => ({ ...panel, targets: [] }));
  const whole = `(${JSON.stringify({ ...rest, panels: bare })}) satisfies Json<Dashboard>;`;
  return [HEAD, whole, ...lines].join('\n');
}

/** What the compiler says against the sources. */
function complaints(sources: Readonly<Record<string, string>>): string[] {
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    target: ts.ScriptTarget.ES2023,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    types: [],
  };
  const host = ts.createCompilerHost(options);
  const getSourceFile = host.getSourceFile.bind(host);
  const fileExists = host.fileExists.bind(host);
  host.fileExists = (file) => file in sources || fileExists(file);
  host.getSourceFile = (file, ...rest) =>
    file in sources
      ? ts.createSourceFile(file, sources[file] ?? '', ts.ScriptTarget.ES2023)
      : getSourceFile(file, ...rest);
  const program = ts.createProgram(Object.keys(sources), options, host);
  return ts
    .getPreEmitDiagnostics(program)
    .map(
      ({ file, messageText }) => `${file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`,
    );
}

const fileOf = (path: string): string =>
  fileURLToPath(new URL(`${path.replaceAll(/[/.]/g, '-')}.ts`, import.meta.url));

it("the dashboards are of the types of Grafana's own SDK, and a field that is not is found", () => {
  const jsons = Object.entries(generatedGrafanaFiles()).filter(([path]) => path.endsWith('.json'));
  const sources = Object.fromEntries(jsons.map(([path, json]) => [fileOf(path), sourceOf(json)]));
  const [, first = '{}'] = jsons[0] ?? [];
  const wrong = {
    'unknown-field': first.replace('"timezone"', '"timeZone"'),
    'wrong-kind': first.replace('"graphTooltip": 1', '"graphTooltip": "crosshair"'),
    'wrong-option': first.replace('"graphMode": "none"', '"graphMode": "pie"'),
  };
  const broken = Object.entries(wrong).map(([name, json]) => [fileOf(name), sourceOf(json)] as const);
  const found = complaints({ ...sources, ...Object.fromEntries(broken) });
  const [expected, unexpected] = [
    found.filter((line) => broken.some(([file]) => line.startsWith(file))),
    found.filter((line) => !broken.some(([file]) => line.startsWith(file))),
  ];
  expect(unexpected).toEqual([]);
  for (const [file] of broken)
    expect(
      expected.some((line) => line.startsWith(file)),
      file,
    ).toBe(true);
}, 120_000);
