import { describe, expect, test } from 'vitest';
import { type UnpickleOptions, unpickle } from './pickle.js';

const options: UnpickleOptions = {
  globals: new Map<string, unknown>([
    ['module.join', (...parts: unknown[]) => parts.join('+')],
    ['module.constant', 42],
  ]),
  persistent: id => ({ id }),
};

/** Text as Latin-1 bytes: the opcodes are mostly letters. */
const latin = (text: string): Uint8Array => Uint8Array.from(text, character => character.charCodeAt(0));
const load = (text: string): unknown => unpickle(latin(text), options).value;

// The pickles are what Python 3.11's pickle.dumps gives for the values beside them.
describe('values', () => {
  const cases: [what: string, pickle: string, value: unknown][] = [
    ['None, True, False', '\x80\x02N\x88\x89\x87q\x00.', [null, true, false]],
    ['small integers', '\x80\x02(K\x00K\xffM\xff\xffJ\xff\xff\xff\xfft.', [0, 255, 65_535, -1]],
    ['long integers', '\x80\x02(\x8a\x00\x8a\x01\x80\x8a\x05\x00\x00\x00\x00\x01t.', [0, -128, 4_294_967_296]],
    ['an integer beyond 2^53', '\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.', 0x1950a86a20f9469cfc6cn],
    ['a float', '\x80\x02G?\xf8\x00\x00\x00\x00\x00\x00.', 1.5],
    ['text', '\x80\x02X\x02\x00\x00\x00\xc3\xa4q\x00.', 'ä'],
    ['text of protocol 4', '\x80\x04\x95\x06\x00\x00\x00\x00\x00\x00\x00\x8c\x02\xc3\xa4\x94.', 'ä'],
    ['str of Python 2', 'U\x02abq\x00.', 'ab'],
    ['bytes', '\x80\x03C\x02\x00\xffq\x00.', Uint8Array.of(0, 255)],
    ['a list', '\x80\x02]q\x00(K\x01K\x02e.', [1, 2]],
    ['a list of one', '\x80\x02]q\x00K\x01a.', [1]],
    ['a set', '\x80\x04\x8f\x94(K\x01K\x02\x90.', [1, 2]],
    [
      'a dict',
      '\x80\x02}q\x00(K\x01K\x02K\x03K\x04u.',
      new Map([
        [1, 2],
        [3, 4],
      ]),
    ],
    ['a dict of one', '\x80\x02}q\x00K\x01K\x02s.', new Map([[1, 2]])],
    ['tuples of 0 to 2', '\x80\x02)K\x01\x85K\x01K\x02\x86\x87.', [[], [1], [1, 2]]],
    ['a value used twice', '\x80\x02]q\x05h\x05\x86.', [[], []]],
    ['a persistent id', '\x80\x02K\x07Q.', { id: 7 }],
    ['a global', 'cmodule\nconstant\n.', 42],
    ['a call', 'cmodule\njoin\nK\x01K\x02\x86R.', '1+2'],
    ['a call of protocol 4', '\x80\x04\x8c\x06module\x8c\x04join\x93K\x01\x85R.', '1'],
    ['attributes are left out', 'cmodule\njoin\n)R}b.', ''],
  ];
  test.each(cases)('%s', (_, pickle, value) => expect(load(pickle)).toEqual(value));

  test('says where the pickle ends', () => {
    expect(unpickle(latin('xxK\x01.yy'), { ...options, start: 2 })).toEqual({ value: 1, end: 5 });
  });
});

describe('what is not in the table is refused by name', () => {
  const cases: [pickle: string, name: string][] = [
    ['cos\nsystem\n(X\x02\x00\x00\x00idtR.', 'os.system'],
    ['\x80\x04\x8c\x08builtins\x8c\x04eval\x93\x8c\x011\x85R.', 'builtins.eval'],
    ['(X\x02\x00\x00\x00idios\nsystem\n.', 'os.system'],
    ['cmodule\n__class__\n.', 'module.__class__'],
    ['c__proto__\ntoString\n.', '__proto__.toString'],
  ];
  test.each(cases)('%j', (pickle, name) => {
    expect(() => load(pickle)).toThrow(
      expect.objectContaining({ code: 'weights/unsafe', message: expect.stringContaining(name) }),
    );
  });
});

describe('an unsound pickle ends in an error', () => {
  const corrupt: [what: string, pickle: string][] = [
    ['nothing', ''],
    ['no end', 'K\x01'],
    ['an empty stack', '.'],
    ['a value below the mark', 'K\x01(0a.'],
    ['a text longer than the file', 'X\xff\xff\xff\xffab.'],
    ['a text of 2^64 bytes', '\x8d\xff\xff\xff\xff\xff\xff\xff\xffab.'],
    ['a text that is not UTF-8', 'U\x01\xff.'],
    ['a name without an end', `c${'a'.repeat(10_000)}`],
    ['a name that is not a text', '\x80\x04K\x01K\x02\x93.'],
    ['no mark', 'K\x01t.'],
    ['an unknown memo', 'h\x01.'],
    ['an append to a number', 'K\x01K\x02a.'],
    ['an item of a list', ']K\x01K\x02s.'],
    ['a key without a value', '}(K\x01u.'],
    ['a call of a number', 'cmodule\nconstant\n)R.'],
    ['a call without arguments', 'cmodule\njoin\nK\x01R.'],
    ['a call of a text that names a function', 'X\x04\x00\x00\x00eval)R.'],
  ];
  test.each(corrupt)('%s', (_, pickle) => {
    expect(() => load(pickle)).toThrow(expect.objectContaining({ code: 'weights/corrupt' }));
  });

  test.each([
    ['an unknown opcode', '\xff'],
    ['a class by extension code', '\x82\x01.'],
    ['a newer protocol', '\x80\x06N.'],
    ['an integer of 2 GB', '\x8b\xff\xff\xff\x7f'],
  ])('%s', (_, pickle) => {
    expect(() => load(pickle)).toThrow(expect.objectContaining({ code: 'weights/unsupported' }));
  });

  test('a program without an end in sight', () => {
    expect(() => load('N0'.repeat(600_000))).toThrow(expect.objectContaining({ code: 'weights/too-large' }));
  });
});
