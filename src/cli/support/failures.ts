import { DatabaseError } from 'pg';
import { SettingsError } from '../../core/config/settings.js';
import { EmbeddedPostgresError } from '../../local/postgres/embedded-postgres-error.js';

/** Exit codes; 78 is that of settings in sysexits.h, 130 what shells say after a Ctrl-C. */
export const EXIT = { failure: 1, configuration: 78, interrupted: 130 } as const;

export interface Failure {
  message: string;
  exitCode: number;
}

/** SQLSTATEs (PostgreSQL appendix A) of a schema that is missing or behind. */
const UNDEFINED_TABLE = '42P01';
const UNDEFINED_COLUMN = '42703';

/** One line for what the person at the keyboard can put right, everything for what nobody foresaw. */
export function explainFailure(error: unknown): Failure {
  if (error instanceof SettingsError) return { message: error.message, exitCode: EXIT.configuration };
  return { message: explain(error), exitCode: EXIT.failure };
}

function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof EmbeddedPostgresError) return error.message;
  const { code } = error as { code?: string };
  if (code === UNDEFINED_TABLE) return 'The database has no schema yet; run npm run migrate first';
  if (code === UNDEFINED_COLUMN) return 'The schema of the database is not up to date; run npm run migrate first';
  if (code === 'ECONNREFUSED') return 'PostgreSQL does not answer at DATABASE_URL';
  return error instanceof DatabaseError ? error.message : (error.stack ?? error.message);
}
