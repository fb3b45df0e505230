/** The code of an `SrError`, else an empty text. Apart from `SrError` itself, whose package brings tfjs along. */
export function errorCode(error: unknown): string {
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === 'string' ? code : '';
}
