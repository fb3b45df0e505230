/**
 * Figures of the papers, made again: `npm run figure -- NAME [--out FOLDER] [--OPTION VALUE ...]`.
 *
 * Each writes its numbers (JSON), a chart (SVG) and pictures (PNG), by default below out/figures. Pictures and networks come from
 * SR_TEST_ASSETS, default ../shared.
 */
const figures: Readonly<Record<string, () => Promise<{ run(args: string[]): Promise<void> }>>> = {
  'texture-transfer': () => import('./figures/texture-transfer.js'),
  'objective-curves': () => import('./figures/objective-curves.js'),
  reconstructions: () => import('./figures/reconstructions.js'),
};

const [name = '', ...args] = process.argv.slice(2);
const figure = Object.hasOwn(figures, name) ? figures[name] : undefined;
if (figure === undefined) {
  console.error(`Expected a figure of ${Object.keys(figures).join(', ')}, received "${name}".`);
  process.exitCode = 2;
} else {
  await (await figure()).run(args);
}
