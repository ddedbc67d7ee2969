/** Option `replicates` of a sweep: a number of seeds, or a number that may grow. */
export type Replicates = number | { readonly seeds: number; readonly seedsMax?: number | undefined };

export interface Replication {
  readonly seeds: number;
  readonly seedsMax: number;
}

/** The option in full. */
export function replicationOf({ replicates }: { readonly replicates: Replicates }): Replication {
  const { seeds, seedsMax = seeds } =
    typeof replicates === 'number' ? { seeds: replicates, seedsMax: replicates } : replicates;
  return { seeds, seedsMax };
}
