// What conformance tests take of Node's modules, for pages: golden files come from Vite's server; there are no others.

/** The text of a file of the repository, by the URL that it has in the page. */
export function readFileSync(url: URL, encoding: 'utf8'): string {
  const request = new XMLHttpRequest();
  request.open('GET', url, false);
  request.overrideMimeType(`text/plain; charset=${encoding}`);
  request.send();
  if (request.status !== 200) throw new Error(`${url}: status ${request.status}.`);
  return request.responseText;
}

const inNodeOnly = (): never => {
  throw new Error('This test reads files, which a page cannot.');
};

export {
  inNodeOnly as basename,
  inNodeOnly as createHash,
  inNodeOnly as findPictures,
  inNodeOnly as join,
  inNodeOnly as readPicture,
};

/** Packages that are loaded in Node only take all of a module. */
export default {};
