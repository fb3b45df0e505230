import { SrError } from 'sr-tensor';

/**
 * Throws `losses/preset` (or whatever the option is called) unless `value` is a key of `choices`.
 *
 * For callers without TypeScript, and for values that come from a file.
 */
export function checkChoice(what: string, option: string, value: string, choices: object): void {
  if (Object.hasOwn(choices, value)) return;
  throw new SrError({
    code: `losses/${option}`,
    message: `${what}: expected the ${option} ${Object.keys(choices).join(' or ')}, received "${value}".`,
  });
}
