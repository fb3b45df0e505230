// Runs the modules that are named on the command line, one after another, in the current folder; prints a line of JSON
// for each: { file, error }.
import { pathToFileURL } from 'node:url';

console.log = () => {};
for (const file of process.argv.slice(2)) {
  let error: string | undefined;
  try {
    const { default: example } = await import(pathToFileURL(file).href);
    await example();
  } catch (caught) {
    error = caught instanceof Error ? (caught.stack ?? String(caught)) : String(caught);
  }
  process.stdout.write(`${JSON.stringify({ file, error })}\n`);
}
process.exit();
