import type { z } from 'zod';
import { settingsSchema } from './settings.schema.js';

interface Meta {
  description: string;
  example?: string;
}

/** The file that lists every setting, made from their schema: with the default where there is one. */
export function renderEnvExample(): string {
  const header = [
    '# Every setting, with its default or an example. Copy what you change to .env, or set it in the environment.',
    '# Each can also be given as NAME_FILE: the path of a file that holds the value.',
  ];
  const entries = Object.entries(settingsSchema.shape).map(([name, schema]) => entry(name, schema));
  return `${header.join('\n')}\n\n${entries.join('\n')}`;
}

function entry(name: string, schema: z.ZodType): string {
  const { description, example } = schema.meta() as unknown as Meta;
  return `# ${description}\n#${name}=${example ?? defaultOf(schema)}\n`;
}

function defaultOf(schema: z.ZodType): string {
  const { defaultValue } = schema.def as { defaultValue?: unknown };
  return typeof defaultValue === 'string' ? defaultValue : '';
}
