import { expect, test, vi } from 'vitest';
import { runCommand } from './run-command.js';

const node = (program: string, options?: Parameters<typeof runCommand>[2]) =>
  runCommand(process.execPath, ['-e', program], options);

test('gives the code and all output, and the lines one by one', async () => {
  const lines: string[] = [];
  const program = `process.stdout.write('one\\ntw'); setTimeout(() => { console.log('o'); console.error(process.env.WORD); process.exit(3) }, 50)`;
  const { code, output } = await node(program, { env: { WORD: 'three' }, onLine: line => lines.push(line) });
  expect(code).toBe(3);
  expect(output).toContain('one\ntwo');
  expect(lines.toSorted()).toEqual(['one', 'three', 'two'].toSorted());
});

test('a command that does not exist has the code 127', async () => {
  expect((await runCommand('no-such-command-sr', [])).code).toBe(127);
});

test('abort ends the command and what it started', async () => {
  const controller = new AbortController();
  let child = 0;
  const running = node(
    `console.log(require('node:child_process').spawn('sleep', ['60']).pid); setTimeout(() => {}, 60000)`,
    {
      signal: controller.signal,
      onLine: line => {
        child = Number(line);
        controller.abort();
      },
    },
  );
  await expect(running).rejects.toMatchObject({ code: 'aborted' });
  // Gone, or dead and waiting to be reaped by whoever adopted it.
  await vi.waitFor(async () =>
    expect((await runCommand('ps', ['-o', 'stat=', '-p', `${child}`])).output).toMatch(/^(Z|$)/),
  );
  await expect(node('0', { signal: controller.signal })).rejects.toMatchObject({ code: 'aborted' });
});
