import { configOptions, flatten, type ConfigOption } from '../../src/config/options.js';

/** docs/configuration.md: every option, from the same descriptions as the errors and the JSON Schema. */
export function configReference(): string {
  const root = configOptions();
  const sections = root.children.filter(({ children }) => children.length > 0);
  const single = root.children.filter(({ children }) => children.length === 0);
  return [
    INTRODUCTION,
    '## Top level\n',
    table(single),
    ...sections.map((section) => {
      const description = section.description === '' ? '' : `${section.description} `;
      return `## \`${section.path}\`\n\n${description}${requiredOrDefault(section)}\n\n${table(flatten(section).filter(isValue))}`;
    }),
  ].join('\n');
}

const INTRODUCTION = `# Configuration

<!-- Generated from src/config/schema.ts by \`npm run generate\`; do not edit. -->

Smearwatch reads one YAML 1.2 file, named with \`--config\` (otherwise \`smearwatch.yaml\` in the current folder,
then \`/etc/smearwatch/smearwatch.yaml\`). \`config/default.yaml\` shows every option with its default, and
\`config/examples/\` has a file for each way of use. Relative paths are relative to the configuration file's
folder. Unknown options are errors.

An editor that supports JSON Schema checks the file while you write, with this line at its top:

\`\`\`yaml
# yaml-language-server: $schema=<path to>/config/schema.json
\`\`\`

A running daemon applies a changed file automatically, or at \`SIGHUP\`. An invalid file is rejected with the
line number and a suggested fix; the running configuration stays in effect. These changes need a restart:
\`stateFolder\`, everything in \`http\` except \`tokenFile\`, adding, removing or renaming a scanner, and a
scanner's \`folder\` and \`watch\`.

Scanner folders must not be inside each other. Nothing that Smearwatch writes (\`stateFolder\`, results, moved
images) may be inside a scanner folder. The check compares names; \`smearwatch doctor\` follows links as well.
`;

function isValue({ children }: ConfigOption): boolean {
  return children.length === 0;
}

function requiredOrDefault(option: ConfigOption): string {
  if (option.required) return '**Required.**';
  return option.default === undefined ? 'Optional.' : `Default: ${code(option.default)}.`;
}

function table(options: readonly ConfigOption[]): string {
  const rows = options.map((option) => {
    const cells = [`\`${option.path}\``, option.allowed, defaultCell(option), option.description];
    return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  });
  return ['| option | allowed | default | meaning |', '| --- | --- | --- | --- |', ...rows, ''].join('\n');
}

function defaultCell(option: ConfigOption): string {
  const when = option.onlyWith === undefined ? '' : ` with \`${option.onlyWith}\``;
  if (option.required) return `**required**${when}`;
  return option.default === undefined ? '' : code(option.default);
}

function code(value: unknown): string {
  return `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;
}
