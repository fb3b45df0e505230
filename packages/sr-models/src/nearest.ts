/** The name among `names` that `word` is most likely a slip of (least edits; the first of several). */
export function nearest(word: string, names: readonly string[]): string {
  return names.reduce((best, name) => (edits(word, name) < edits(word, best) ? name : best), names[0] ?? '');
}

/** Levenshtein's distance: insertions, deletions and substitutions. */
function edits(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, substitution));
    }
    row = next;
  }
  return row[b.length]!;
}
