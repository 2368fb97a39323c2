/** Collects the conditions of a WHERE clause with their parameters; texts come from code, values never enter them. */
export class Conditions {
  /** @param values those of another clause of the same statement, behind which these go on */
  constructor(
    readonly values: unknown[] = [],
    private readonly clauses: string[] = [],
  ) {}

  /** The same conditions, to which others can be added without changing these. */
  copy(): Conditions {
    return new Conditions([...this.values], [...this.clauses]);
  }

  /** Adds a parameter and returns its place: `$3`. */
  bind(value: unknown): string {
    this.values.push(value);
    return `$${this.values.length}`;
  }

  add(clause: string): this {
    this.clauses.push(clause);
    return this;
  }

  /** Adds the clause only where the value is there. */
  when<T>(value: T | undefined, clause: (value: T) => string): this {
    return value === undefined ? this : this.add(clause(value));
  }

  /** All of them, joined; empty where there are none. */
  get all(): string {
    return this.clauses.join(' AND ');
  }

  get where(): string {
    return this.clauses.length > 0 ? `WHERE ${this.all}` : '';
  }
}

/** The text as a literal part of a LIKE pattern. */
export const escapeLike = (text: string): string => text.replace(/[\\%_]/g, '\\$&');
