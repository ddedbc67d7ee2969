/** Edits between two words at which one no longer passes for a misspelling of the other, as a share of its length. */
const DISTANCE_SHARE_MAX = 0.4;

/**
 * Edits from one word to the other: insertions, deletions, substitutions and swaps of neighbours (Damerau-Levenshtein).
 */
function distance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = rows[i - 1]![j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swap =
        i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? rows[i - 2]![j - 2]! + 1 : Infinity;
      row.push(Math.min(rows[i - 1]![j]! + 1, row[j - 1]! + 1, substitution, swap));
    }
    rows.push(row);
  }
  return rows[a.length]![b.length]!;
}

/** What a misspelt word was most likely meant to be; `snake_case` and other capitals count as the same word. */
export function closest(word: string, known: readonly string[]): string | undefined {
  const plain = (text: string): string => text.toLowerCase().replaceAll(/[-_\s]/g, '');
  const wanted = plain(word);
  let best: { readonly name: string; readonly edits: number } | undefined;
  for (const name of known) {
    const edits = distance(wanted, plain(name));
    if (best === undefined || edits < best.edits) best = { name, edits };
  }
  if (best === undefined) return undefined;
  return best.edits <= Math.max(1, Math.floor(best.name.length * DISTANCE_SHARE_MAX)) ? best.name : undefined;
}

/** The fix for an unknown word, e.g. `did you mean "epochs"?`. */
export function didYouMean(word: string, known: readonly string[]): string | undefined {
  const name = closest(word, known);
  if (name !== undefined) return `did you mean "${name}"?`;
  return known.length === 0 ? undefined : `known here: ${known.join(', ')}`;
}
