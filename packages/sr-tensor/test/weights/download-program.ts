// A process of its own for the test of several at once: node download-program.ts URL PATH SHA256
import { download } from '../../src/weights/download.js';

const [url, path, sha256] = process.argv.slice(2) as [string, string, string];
await download(url, path, { sha256 });
