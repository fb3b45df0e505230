/** Pages read no files: there are no test assets in a browser. */
export function assetsFolder(path = '.'): string | undefined {
  console.warn(`Skipped: the test assets "${path}" are read from files, which a page cannot.`);
  return undefined;
}
