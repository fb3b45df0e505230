/** The first line of an error's message, without a full stop: to be quoted inside a sentence. */
export function firstLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String((error as { message?: unknown })?.message ?? error);
  return message.split('\n')[0]!.trim().replace(/\.$/, '');
}
