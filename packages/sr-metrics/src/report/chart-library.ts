/** What self-contained pages draw charts with; also those of other packages. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** uPlot's script and style sheet, to be written into a page. */
export async function chartLibrary(): Promise<{ script: string; style: string }> {
  const folder = dirname(createRequire(import.meta.url).resolve('uplot'));
  const read = async (file: string): Promise<string> =>
    // Its banner names a page; a report should name none.
    (await readFile(join(folder, file), 'utf8')).replace(/^\/\*!.*?\*\/\n?/s, '/* uPlot, MIT license */');
  const [script, style] = await Promise.all([read('uPlot.iife.min.js'), read('uPlot.min.css')]);
  return { script, style };
}
