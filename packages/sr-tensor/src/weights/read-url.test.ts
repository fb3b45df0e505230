import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { readUrl } from './index.js';

test('reads files and addresses', async () => {
  const path = join(tmpdir(), `sr-read-url-${process.pid}`);
  await writeFile(path, 'abc');
  expect([...(await readUrl(pathToFileURL(path)))]).toEqual([97, 98, 99]);
  expect([...(await readUrl(new URL('data:;base64,YWJj')))]).toEqual([97, 98, 99]);
});

test('says what could not be read, and why', async () => {
  const nowhere = pathToFileURL(join(tmpdir(), 'sr-read-url-nowhere'));
  await expect(readUrl(nowhere)).rejects.toMatchObject({
    code: 'fetch/failed',
    message: expect.stringMatching(/sr-read-url-nowhere could not be read: ENOENT/),
  });
  const server = createServer((_, response) => response.writeHead(404).end()).listen(0, '127.0.0.1');
  try {
    await new Promise(resolve => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    await expect(readUrl(new URL(`http://127.0.0.1:${port}/x`))).rejects.toMatchObject({
      code: 'fetch/failed',
      message: `http://127.0.0.1:${port}/x could not be read: status 404.`,
    });
  } finally {
    server.close();
  }
});

test('an aborted signal ends the reading of a file', async () => {
  const reading = readUrl(pathToFileURL(join(tmpdir(), 'sr-read-url-nowhere')), AbortSignal.abort());
  await expect(reading).rejects.toMatchObject({ code: 'aborted' });
});
