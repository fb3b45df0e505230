/** What goes to stdout. */

export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** JSON for programs; numbers that JSON lacks become the texts "Infinity", "-Infinity" and "NaN". */
export function printJson(value: unknown, { indent = 2 }: { indent?: number } = {}): void {
  print(
    JSON.stringify(
      value,
      (_, entry) => (typeof entry === 'number' && !Number.isFinite(entry) ? String(entry) : entry),
      indent,
    ),
  );
}

/**
 * Lines with aligned columns, two spaces between them; numbers (texts of digits) to the right.
 *
 * @param rows texts; the first row is the head
 * @param options.width what is longer ends in "…"; default: lines of any length
 */
export function formatTable(
  rows: readonly (readonly string[])[],
  { width = Number.POSITIVE_INFINITY }: { width?: number | undefined } = {},
): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map(row => row[column]?.length ?? 0)));
  const isNumber = (rows[0] ?? []).map((_, column) =>
    rows.slice(1).every(row => /^[-\d.,∞]*$/.test(row[column] ?? '')),
  );
  return rows
    .map(row =>
      row
        .map((cell, column) => (isNumber[column] ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!)))
        .join('  ')
        .trimEnd(),
    )
    .map(line => (line.length > width ? `${line.slice(0, width - 1)}…` : line))
    .join('\n');
}

/** 8.2 s, 3 min 20 s, 2 h 5 min. */
export function formatSeconds(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.round((whole % 3600) / 60)} min`;
}

/** 512 bytes, 1.5 MiB. */
export function formatBytes(bytes: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}
