/** Checks of a network's config, which may come from a file. */
import { SrError } from 'sr-tensor';
import { nearest } from './nearest.js';

/** Says what is expected if a value is not that. */
export type Check = (value: unknown) => string | undefined;

export function integerIn(low: number, high: number): Check {
  return value =>
    Number.isInteger(value) && (value as number) >= low && (value as number) <= high
      ? undefined
      : `an integer from ${low} to ${high}`;
}

export function oneOf(values: readonly (string | number | boolean)[]): Check {
  return value => (values.includes(value as string) ? undefined : `one of ${values.join(', ')}`);
}

export function numberIn(low: number, high: number): Check {
  return value =>
    typeof value === 'number' && value >= low && value <= high ? undefined : `a number from ${low} to ${high}`;
}

export function numbersOfLength(length: number): Check {
  return value =>
    Array.isArray(value) && value.length === length && value.every(Number.isFinite) ? undefined : `${length} numbers`;
}

/**
 * Throws `network/config` unless every value of `config` passes its check and none is unknown.
 *
 * @param network how the message calls the network
 */
export function checkOptions(network: string, config: object, checks: Readonly<Record<string, Check>>): void {
  for (const [key, value] of Object.entries(config)) {
    const check = Object.hasOwn(checks, key) ? checks[key] : undefined;
    if (check === undefined) {
      const names = Object.keys(checks);
      throw new SrError({
        code: 'network/config',
        message: `${network}: there is no setting "${key}"; there are ${names.join(', ')}. Did you mean "${nearest(key, names)}"?`,
      });
    }
    const expected = value === undefined ? undefined : check(value);
    if (expected !== undefined) {
      throw new SrError({
        code: 'network/config',
        message: `${network}: expected ${key} to be ${expected}, received ${JSON.stringify(value)}.`,
      });
    }
  }
}
