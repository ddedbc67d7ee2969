/** What doctor found of one thing. */
export interface Finding {
  readonly name: string;
  /** `idle`: not there, and nothing is wrong with that. */
  readonly state: 'ok' | 'idle' | 'missing';
  readonly detail: string;
  /** What to do, where there is something to do. */
  readonly fix?: string;
}
