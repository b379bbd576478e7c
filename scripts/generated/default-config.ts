import { stringify } from 'yaml';
import { wrap } from '../../src/text/wrap.js';
import { configOptions, type ConfigOption } from '../../src/config/options.js';

/**
 * config/default.yaml: every option with its default and, as a comment, its meaning. Options that have no
 * default are shown commented out, except the few that every configuration needs.
 */
export function defaultConfigFile(): string {
  return [HEAD, ...configOptions().children.map((option) => entry(option, ''))].join('\n');
}

const HEAD = `# yaml-language-server: $schema=./schema.json
#
# Every option of Smearwatch with its default. Generated from src/config/schema.ts by \`npm run generate\`; copy it, or
# start from one of examples/, and keep only what you change. Relative paths are relative to this file's folder.
`;

/** What the required options are in this file. */
const REQUIRED: Readonly<Record<string, string>> = {
  stateFolder: './state',
  'scanners[].name': 'scanner-1',
  'scanners[].folder': './incoming',
};

const WIDTH = 110;

function entry(option: ConfigOption, indent: string): string {
  return `${comment(option, indent)}\n${value(option, indent)}`;
}

function value(option: ConfigOption, indent: string): string {
  const { path, name, children } = option;
  if (path === 'scanners') return `${indent}${name}:\n${listEntry(children, indent)}`;
  if (option.default !== undefined) return literal(name, option.default, indent);
  if (children.length > 0) {
    // A section in which nothing stands is no section.
    const isEmpty = children.every((child) => child.default === undefined && child.children.length === 0);
    const title = isEmpty ? `# ${name}:` : `${name}:`;
    return `${indent}${title}\n${children.map((child) => entry(child, `${indent}  `)).join('\n')}`;
  }
  const required = REQUIRED[path];
  return required === undefined ? `${indent}# ${name}:` : `${indent}${name}: ${required}`;
}

function listEntry(children: readonly ConfigOption[], indent: string): string {
  const inner = `${indent}    `;
  const text = children.map((child) => entry(child, inner)).join('\n');
  // The dash goes before the first option, which its comment precedes.
  return text.replace(`${inner}name:`, `${indent}  - name:`);
}

function literal(name: string, fallback: unknown, indent: string): string {
  return stringify({ [name]: fallback }, { singleQuote: true, lineWidth: 0 })
    .trimEnd()
    .split('\n')
    .map((line) => `${indent}${line}`)
    .join('\n');
}

function comment({ description, allowed, children }: ConfigOption, indent: string): string {
  const text = [description, children.length > 0 ? '' : `(${allowed})`].join(' ').trim();
  const lines = wrap(text, WIDTH - indent.length - 2);
  return lines.map((line) => `${indent}# ${line}`).join('\n');
}
