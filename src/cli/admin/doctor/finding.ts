/** How bad it is: a problem keeps something from working, a warning may be meant so. */
export type Level = 'ok' | 'warning' | 'problem';

/** What a look at one thing has shown. */
export interface Finding {
  /** The setting, or what it leads to. */
  name: string;
  level: Level;
  /** In words that give no secret away. */
  found: string;
  advice?: string;
}

export const ok = (name: string, found: string): Finding => ({ name, level: 'ok', found });

export const warning = (name: string, found: string, advice: string): Finding => ({
  name,
  level: 'warning',
  found,
  advice,
});

export const problem = (name: string, found: string, advice?: string): Finding => ({
  name,
  level: 'problem',
  found,
  ...(advice !== undefined && { advice }),
});
