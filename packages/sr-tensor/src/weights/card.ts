import { SrError } from '../errors.js';
import type { ModelCard, WeightFile } from './types.js';

/**
 * The model card of a weight file: what the metadata hold as JSON under the key `card`.
 *
 * @returns undefined if the file has none
 * @throws `weights/card` if there is one that is not JSON or lacks something
 *
 * @example
 * const card = readCard(readSafetensors(bytes));
 * console.log(card?.license, card?.results.Set5?.psnr);
 */
export function readCard(file: Pick<WeightFile, 'metadata'>): ModelCard | undefined {
  if (!Object.hasOwn(file.metadata, 'card')) return undefined;
  let card: unknown;
  try {
    card = JSON.parse(file.metadata.card!);
  } catch (cause) {
    throw new SrError({ code: 'weights/card', message: 'The model card in the file is not JSON.', cause });
  }
  return checkCard(card);
}

/**
 * Returns the card as it is if it has everything that a model card has; further members are let be.
 *
 * @throws `weights/card` that names the first member that does not fit
 */
export function checkCard(card: unknown): ModelCard {
  if (!isRecord(card)) throw invalid('the card', 'an object', card);
  for (const [name, [expected, fits]] of Object.entries(members)) {
    if (!fits(card[name])) throw invalid(`"${name}"`, expected, card[name]);
  }
  return card as unknown as ModelCard;
}

type Check = readonly [expected: string, fits: (value: unknown) => boolean];

const text: Check = ['a text', value => typeof value === 'string' && value !== ''];

const members: Readonly<Record<keyof ModelCard, Check>> = {
  name: text,
  description: text,
  network: [
    '{ name, config }',
    value => isRecord(value) && typeof value.name === 'string' && value.name !== '' && isRecord(value.config),
  ],
  scale: ['a positive number', value => isNumber(value) && value > 0],
  parameters: ['a count', value => Number.isSafeInteger(value) && (value as number) >= 0],
  license: text,
  trainingData: text,
  training: [
    'texts and numbers by name',
    value => isRecord(value) && Object.values(value).every(entry => typeof entry === 'string' || isNumber(entry)),
  ],
  results: [
    'numbers by metric by data set',
    value =>
      isRecord(value) &&
      Object.values(value).every(scores => isRecord(scores) && Object.values(scores).every(isNumber)),
  ],
  fidelity: ['a name, or nothing', value => value === undefined || text[1](value)],
  sha256: [
    '64 hexadecimal digits, or nothing',
    value => value === undefined || (typeof value === 'string' && /^[0-9a-f]{64}$/.test(value)),
  ],
};

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function invalid(what: string, expected: string, received: unknown): SrError {
  return new SrError({
    code: 'weights/card',
    message: `Model card: expected ${what} to be ${expected}, received ${JSON.stringify(received)?.slice(0, 80)}.`,
  });
}
