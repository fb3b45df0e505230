import { describe, expect, test } from 'vitest';
import { buildNetwork } from './build-network.js';
import { compact } from './compact.js';

describe('buildNetwork', () => {
  test('rebuilds a network from its name and config', () => {
    const network = compact({ scale: 3, channels: 5, depth: 1, base: 'nearest' });
    const again = buildNetwork(JSON.parse(JSON.stringify({ name: network.name, config: network.config })));
    expect(again.config).toEqual(network.config);
    expect(JSON.stringify(again.parameters)).toBe(JSON.stringify(network.parameters));
  });

  test('takes the defaults without a config', () => {
    expect(buildNetwork({ name: 'compact' }).config).toEqual(compact().config);
  });

  test('names what there is when the name is unknown', () => {
    expect(() => buildNetwork({ name: 'compcat' })).toThrow(expect.objectContaining({ code: 'network/unknown' }));
    expect(() => buildNetwork({ name: 'compcat' })).toThrow('Did you mean "compact"?');
    expect(() => buildNetwork({ name: 'toString' })).toThrow('there are compact');
  });

  test('checks the config', () => {
    expect(() => buildNetwork({ name: 'compact', config: { scale: 40 } })).toThrow(
      'compact: expected scale to be an integer from 1 to 8, received 40.',
    );
  });
});
