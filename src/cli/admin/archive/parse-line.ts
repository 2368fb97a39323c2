import { z } from 'zod';
import type { Line } from './lines.js';
import { columnOf, RECORD_KINDS, type RecordKind } from './record-kinds.js';

/** A line that is right in itself. */
export interface Parsed {
  kind: RecordKind;
  /** By the names of its columns. */
  row: Record<string, unknown>;
}

/** Why a line was not taken, in words that stand behind its number. */
export class Refusal extends Error {}

const KINDS = new Map(RECORD_KINDS.map((kind) => [kind.type, kind]));

/** More would only repeat what the first ones say. */
const MAX_REASONS = 3;

/** @throws Refusal */
export function jsonOf({ bytes, isTooLong }: Line): unknown {
  if (isTooLong) throw new Refusal('the line is longer than 10 MB');
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as unknown;
  } catch {
    throw new Refusal('the line is no JSON in UTF-8');
  }
}

/** @throws Refusal */
export function parseRecord(line: unknown): Parsed {
  if (typeof line !== 'object' || line === null || Array.isArray(line)) throw new Refusal('the line is no JSON object');
  const { type, ...members } = line as Record<string, unknown>;
  const kind = typeof type === 'string' ? KINDS.get(type) : undefined;
  if (!kind) throw new Refusal(`the type ${shown(type)} is not known`);
  const parsed = kind.schema.safeParse(members);
  if (!parsed.success) throw new Refusal(`${kind.type}: ${reasons(parsed.error)}`);
  const columns = Object.entries(parsed.data).map(([member, value]) => [columnOf(member), value] as const);
  return { kind, row: { ...Object.fromEntries(columns), ...kind.derive?.(parsed.data) } };
}

const reasons = ({ issues }: z.ZodError): string =>
  issues
    .slice(0, MAX_REASONS)
    .map(({ path, message }) => (path.length > 0 ? `${path.map(String).join('.')}: ${message}` : message))
    .join('; ');

/** Whatever stands there, on one line and short. */
const shown = (value: unknown): string => (JSON.stringify(value) ?? 'that is missing').slice(0, 60);
