import { describe, expect, test } from 'vitest';
import { card } from '../../test/weights/card.js';
import { checkCard, readCard } from './card.js';

const inFile = (text: string) => ({ metadata: { card: text } });

test('reads the card, or says that there is none', () => {
  expect(readCard(inFile(JSON.stringify(card)))).toEqual(card);
  expect(readCard({ metadata: {} })).toBeUndefined();
});

test('lets further members be', () => {
  const later = { ...card, sha256: 'a'.repeat(64), note: { any: 'thing' } };
  expect(readCard(inFile(JSON.stringify(later)))).toEqual(later);
});

describe('names the first member that does not fit', () => {
  const wrong: [member: string, value: unknown][] = [
    ['name', ''],
    ['name', undefined],
    ['description', 7],
    ['network', null],
    ['network', { name: 'compact' }],
    ['network', { name: 'compact', config: [] }],
    ['scale', 0],
    ['scale', '4'],
    ['parameters', 1.5],
    ['parameters', -1],
    ['license', undefined],
    ['trainingData', []],
    ['training', { steps: null }],
    ['training', undefined],
    ['results', { Set5: { psnr: '31' } }],
    ['results', { Set5: 31 }],
    ['fidelity', 7],
    ['fidelity', ''],
    ['sha256', 'A'.repeat(64)],
    ['sha256', 'abc'],
  ];
  test.each(wrong)('%s: %j', (member, value) => {
    expect(() => checkCard({ ...card, [member]: value })).toThrow(
      expect.objectContaining({ code: 'weights/card', message: expect.stringContaining(`"${member}"`) }),
    );
  });

  test.each(['', '{', 'null', '[]', '"text"'])('%j instead of a card', text => {
    expect(() => readCard(inFile(text))).toThrow(expect.objectContaining({ code: 'weights/card' }));
  });
});
