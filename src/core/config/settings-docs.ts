import type { z } from 'zod';
import { settingsSchema } from './settings.schema.js';

interface DocumentedSetting {
  name: string;
  description: string;
  example: string | undefined;
  defaultValue: string | undefined;
}

/** The file `.env.example`: every setting with its default, or with an example where it has none. */
export function renderEnvExample(): string {
  const header = [
    '# Every setting, with its default or an example. Copy what you change to .env, or set it in the environment.',
    '# Each can also be given as NAME_FILE: the path of a file that holds the value.',
  ];
  const entries = documentedSettings().map(
    ({ name, description, example, defaultValue }) => `# ${description}\n#${name}=${example ?? defaultValue ?? ''}\n`,
  );
  return `${header.join('\n')}\n\n${entries.join('\n')}`;
}

/** The table of the README, with its columns aligned as the formatter wants them. */
export function renderSettingsTable(): string {
  const rows = [
    ['Setting', 'Default', 'What it does'],
    ...documentedSettings().map(({ name, description, defaultValue }) => [
      `\`${name}\``,
      defaultValue ? `\`${defaultValue}\`` : '',
      description,
    ]),
  ];
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) => `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`);
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  return [lines[0], rule, ...lines.slice(1)].join('\n');
}

function documentedSettings(): DocumentedSetting[] {
  return Object.entries(settingsSchema.shape).map(([name, schema]) => {
    const { description, example } = schema.meta() as unknown as Pick<DocumentedSetting, 'description' | 'example'>;
    return { name, description, example, defaultValue: defaultOf(schema) };
  });
}

function defaultOf(schema: z.ZodType): string | undefined {
  const { defaultValue } = schema.def as { defaultValue?: unknown };
  return typeof defaultValue === 'string' ? defaultValue : undefined;
}
