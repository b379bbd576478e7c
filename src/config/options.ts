import { configJsonSchema, type JsonSchema } from './json-schema.js';

/** One option or section of the configuration file, as errors and the reference describe it. */
export interface ConfigOption {
  /** `scanners[].settle.quietMs`; the root section is the empty string. */
  readonly path: string;
  readonly name: string;
  /** The allowed values, as words that follow "must be". */
  readonly allowed: string;
  /** The values of a choice; otherwise empty. */
  readonly choices: readonly string[];
  readonly required: boolean;
  /** The alternative of a union that this option belongs to, such as `action: move`. */
  readonly onlyWith: string | undefined;
  readonly default: unknown;
  readonly description: string;
  /** The options below a section, or below each entry of a list of sections. */
  readonly children: readonly ConfigOption[];
}

/**
 * The whole catalogue of options, as a tree. It is read from the schema, so that errors and documents always
 * agree with it.
 */
export function configOptions(): ConfigOption {
  return describe('', '', configJsonSchema(), true);
}

/** Every option below `option`, in the order of the schema, sections before what they contain. */
export function flatten(option: ConfigOption): ConfigOption[] {
  return option.children.flatMap((child) => [child, ...flatten(child)]);
}

/** `['scanners', 0, 'watch']` → `scanners[0].watch`, or `scanners[].watch` with `anyIndex`. */
export function pathText(path: readonly PropertyKey[], { anyIndex = false } = {}): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${anyIndex ? '' : part}]`;
    return text === '' ? String(part) : `${text}.${String(part)}`;
  }, '');
}

function describe(path: string, name: string, schema: JsonSchema, required: boolean): ConfigOption {
  const entry = schema.items ?? schema;
  const entryPath = schema.items === undefined ? path : `${path}[]`;
  const choices = schema.const === undefined ? (schema.enum ?? []) : [schema.const];
  return {
    path,
    name,
    allowed: allowedWords(schema),
    choices,
    required,
    onlyWith: undefined,
    default: isSection(schema) && !schema.oneOf ? undefined : schema.default,
    description: schema.description ?? '',
    children: mergeAlternatives(alternatives(entry).map((variant) => properties(entryPath, variant))),
  };
}

function properties(path: string, schema: JsonSchema): ConfigOption[] {
  return Object.entries(schema.properties ?? {}).map(([name, property]) =>
    describe(
      path === '' ? name : `${path}.${name}`,
      name,
      property,
      schema.required?.includes(name) === true && property.default === undefined,
    ),
  );
}

/**
 * Merges the options of a union's alternatives (by `afterwards.action`, `sinks[].type`): an option that
 * several of them have is listed once.
 */
function mergeAlternatives(variants: readonly (readonly ConfigOption[])[]): ConfigOption[] {
  const merged = new Map<string, ConfigOption>();
  for (const variant of variants) {
    const discriminator =
      variants.length > 1 ? variant.find(({ choices }) => choices.length === 1) : undefined;
    for (const option of variant) {
      const known = merged.get(option.name);
      const onlyWith = discriminator && `${discriminator.name}: ${discriminator.allowed}`;
      merged.set(option.name, known ? shared(known, option) : { ...option, onlyWith });
    }
  }
  return [...merged.values()];
}

/**
 * Merges an option of two alternatives: it has the choices of both, and a default only if both have the same.
 */
function shared(known: ConfigOption, option: ConfigOption): ConfigOption {
  const choices = [...new Set([...known.choices, ...option.choices])];
  return {
    ...known,
    onlyWith: undefined,
    choices,
    allowed: choices.length > 0 ? orList(choices) : known.allowed,
    default: known.default === option.default ? known.default : undefined,
  };
}

function alternatives(schema: JsonSchema): readonly JsonSchema[] {
  return schema.oneOf ?? [schema];
}

function isSection(schema: JsonSchema): boolean {
  return schema.type === 'object' || schema.oneOf !== undefined;
}

function allowedWords(schema: JsonSchema): string {
  if (schema.const !== undefined) return schema.const;
  if (schema.enum !== undefined) return orList(schema.enum);
  if (isSection(schema)) return 'a section of options';
  if (schema.type === 'array') return schema.minItems === undefined ? 'a list' : 'a list that is not empty';
  if (schema.type === 'boolean') return 'true or false';
  if (schema.type === 'string') return 'text';
  const kind = schema.type === 'integer' ? 'a whole number' : 'a number';
  return `${kind} from ${schema.minimum ?? '−∞'} to ${schema.maximum ?? '∞'}`;
}

/** Joins words as in `a, b or c`. */
export function orList(words: readonly string[]): string {
  const last = words.at(-1) ?? '';
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} or ${last}`;
}
