import { z } from 'zod';
import { configSchema } from './schema.js';

/** The part of JSON Schema that zod writes for our options. */
export interface JsonSchema {
  readonly type?: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean';
  readonly description?: string;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly oneOf?: readonly JsonSchema[];
  readonly enum?: readonly string[];
  readonly const?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
}

/** JSON Schema of the configuration file as a user writes it: options with a default may be omitted. */
export function configJsonSchema(): JsonSchema & { readonly title: string } {
  const schema = z.toJSONSchema(configSchema, { io: 'input' }) as JsonSchema;
  return { ...schema, title: 'Configuration of Smearwatch' };
}
