// Turns examples into programs: what an example names without declaring it is imported from the library that exports it,
// or given by a fixture of that name. The compiler says which names those are, and whether the programs are right.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import ts from 'typescript';
import type { Example } from './collect-examples.js';

export interface Program extends Example {
  readonly file: string;
}

/** Where names are looked for, in this order. */
export function entryPoints(root: string, packages: readonly string[]): string[] {
  const ours = packages.flatMap(name => {
    const { exports } = JSON.parse(readFileSync(join(root, 'packages', name, 'package.json'), 'utf8'));
    return Object.keys(exports ?? {})
      .filter(key => key !== './package.json')
      .map(key => name + key.slice(1));
  });
  return [...ours, '@tensorflow/tfjs-core', 'node:fs/promises', 'node:fs', 'node:os', 'node:worker_threads'];
}

/**
 * Writes a module for each example, whose default export runs it.
 *
 * @param options.folder inside the repository, so that packages are found
 * @param options.fixtures a module whose default export holds a function for each name
 */
export function completeExamples(
  examples: readonly Example[],
  { root, folder, fixtures, modules }: { root: string; folder: string; fixtures: string; modules: readonly string[] },
): { programs: Program[]; problems: string[] } {
  mkdirSync(folder, { recursive: true });
  const drafts = examples.map((example, i) => ({ ...example, ...split(example.code), file: join(folder, `e${i}.ts`) }));
  for (const { file, imports, body } of drafts) writeFileSync(file, wrap(imports, '', body));
  const index = join(folder, 'index.ts');
  writeFileSync(
    index,
    [fixtures.replace(/\.ts$/, '.js'), ...modules].map((name, i) => `import * as m${i} from '${name}';`).join('\n'),
  );

  const first = compile([index, fixtures, ...drafts.map(({ file }) => file)], root);
  const exporters = exportersOf(first, index, [fixtures.replace(/\.ts$/, '.js'), ...modules]);
  const given = fixtureCalls(first, fixtures);
  const problems: string[] = [];
  for (const { file, imports, body, place } of drafts) {
    const names = new Set(unresolved(first, file));
    const lines = [...imports];
    let preamble = '';
    for (const name of names) {
      if (given.has(name)) preamble += `const ${name} = ${given.get(name)};\n`;
      else if (exporters.has(name))
        lines.push(`import { ${exporters.get(name)!.name} } from '${exporters.get(name)!.module}';`);
      else problems.push(`${place}: "${name}" is neither exported by a library nor a fixture (test/docs/fixtures.ts).`);
    }
    if (preamble !== '') lines.push(`import fixtures from '${fixtures.replace(/\.ts$/, '.js')}';`);
    writeFileSync(file, wrap(lines, preamble, body));
  }
  const second = compile([fixtures, ...drafts.map(({ file }) => file)], root);
  for (const { file, place } of drafts) {
    for (const { messageText } of diagnosticsOf(second, file)) {
      problems.push(`${place}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`);
    }
  }
  return { programs: drafts.map(({ place, code, file }) => ({ place, code, file })), problems };
}

/** Imports stand at the top of a module, types that are exported as well; the rest goes into the function. */
function split(code: string): { imports: string[]; body: string } {
  const source = ts.createSourceFile('example.ts', code, ts.ScriptTarget.Latest, true);
  const isImport = (statement: ts.Statement): boolean => ts.isImportDeclaration(statement);
  const [imports, others] = [
    source.statements.filter(isImport),
    source.statements.filter(statement => !isImport(statement)),
  ];
  return {
    imports: imports.map(statement => statement.getText()),
    body: others.map(statement => statement.getText().replace(/^export /, '')).join('\n'),
  };
}

function wrap(imports: readonly string[], preamble: string, body: string): string {
  return `${imports.join('\n')}\nexport default async function example(): Promise<void> {\n${preamble}{\n${body}\n}\n}\n`;
}

function compile(files: readonly string[], root: string): ts.Program {
  const config = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config.config, ts.sys, root);
  return ts.createProgram([...files], { ...options, noEmit: true, noUnusedLocals: false, incremental: false });
}

function diagnosticsOf(program: ts.Program, file: string): readonly ts.Diagnostic[] {
  const source = program.getSourceFile(file)!;
  return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
}

/** Names that the compiler cannot find, or finds only as a type of its own library (`Parameters`). */
function unresolved(program: ts.Program, file: string): string[] {
  const codes = [2304, 2503, 2552, 2580, 2582, 2583, 2584, 2693, 18004];
  return diagnosticsOf(program, file)
    .filter(({ code }) => codes.includes(code))
    .map(({ file, start, length }) => file!.text.slice(start, start! + length!));
}

/** How each name is imported: `type Picture` from `sr-tensor`. */
function exportersOf(
  program: ts.Program,
  index: string,
  modules: readonly string[],
): Map<string, { name: string; module: string }> {
  const checker = program.getTypeChecker();
  const exporters = new Map<string, { name: string; module: string }>();
  const imports = program.getSourceFile(index)!.statements.filter(ts.isImportDeclaration);
  for (const [i, { moduleSpecifier }] of imports.entries()) {
    const symbol = checker.getSymbolAtLocation(moduleSpecifier);
    if (symbol === undefined) throw new Error(`${basename(index)}: ${modules[i]} does not resolve.`);
    for (const exported of checker.getExportsOfModule(symbol)) {
      const { name } = exported;
      if (name === 'default' || exporters.has(name)) continue;
      const { flags } = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
      const isValue = (flags & ts.SymbolFlags.Value) !== 0;
      exporters.set(name, { name: isValue ? name : `type ${name}`, module: modules[i]! });
    }
  }
  return exporters;
}

/** How the value of each fixture is obtained. */
function fixtureCalls(program: ts.Program, file: string): Map<string, string> {
  const checker = program.getTypeChecker();
  const symbol = checker.getSymbolAtLocation(program.getSourceFile(file)!)!;
  const exported = checker.getExportsOfModule(symbol).find(({ name }) => name === 'default')!;
  const fixtures = checker.getTypeOfSymbol(exported).getProperties();
  return new Map(
    fixtures.map(fixture => {
      const [signature] = checker.getTypeOfSymbol(fixture).getCallSignatures();
      // What is not a Promise may still be something to await, which is the example's business.
      const isPromise = signature?.getReturnType().symbol?.name === 'Promise';
      return [fixture.name, `${isPromise ? 'await ' : ''}fixtures.${fixture.name}()`];
    }),
  );
}
