import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { strToU8, zipSync } from 'fflate';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { abortError } from '../errors.js';
import { installNative, type NativeProgress } from './install-native.js';
import { nativeStatus } from './native-status.js';
import { planNativeInstall } from './plan-native-install.js';
import { removeNative } from './remove-native.js';
import { type RunCommand, runCommand } from './run-command.js';
import { wheels } from './wheels.js';

let root: string;
let project: string;
let wheel: string;
let commands: string[];
/** Called before each command; may throw in its place or give another result. */
let disturb: (name: string) => Awaited<ReturnType<RunCommand>> | undefined;

function put(path: string, content = '{}'): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

function makeProject(name: string): string {
  const folder = join(root, name);
  put(join(folder, 'package.json'), '{"name":"mine"}');
  for (const part of ['tfjs-core', 'tfjs']) put(join(folder, `node_modules/@tensorflow/${part}/package.json`));
  put(join(folder, 'node_modules/@mapbox/node-pre-gyp/package.json'));
  put(join(folder, 'node_modules/@mapbox/node-pre-gyp/bin/node-pre-gyp'), '');
  return folder;
}

function putPackage(folder: string): void {
  put(
    join(folder, 'node_modules/@tensorflow/tfjs-node/package.json'),
    '{"name":"@tensorflow/tfjs-node","version":"4.22.0"}',
  );
}

/** npm, the compiler and the addon are played; python3 unpacks in earnest. */
const run: RunCommand = async (command, args, options = {}) => {
  const name =
    args.includes('install') && args.includes('--build-from-source')
      ? 'build'
      : args[0] === '-e'
        ? 'check'
        : (args.find(arg => ['install', 'uninstall', 'download', '--version'].includes(arg)) ?? 'unpack');
  if (name !== '--version') commands.push(name);
  const disturbed = disturb(name === '--version' ? command : name);
  if (disturbed !== undefined) return disturbed;
  const addon = join(options.cwd ?? '', 'node_modules/@tensorflow/tfjs-node');
  if (name === 'install') putPackage(options.cwd!);
  if (name === 'uninstall') rmSync(addon, { recursive: true });
  if (name === 'build') {
    put(join(options.cwd!, 'lib/napi-v8/tfjs_binding.node'), 'built');
    put(join(options.cwd!, 'build-tmp-napi-v8/tfjs_binding.o'), '');
  }
  if (name === 'unpack') return runCommand(command, args, options);
  if (name === 'check') {
    const library = join(args[2]!, 'deps/lib/libtensorflow.so');
    const works = existsSync(library) && readFileSync(library, 'utf8') === 'the library';
    return works
      ? { code: 0, output: 'sr-native:{"tensorflow":"9.9","gpu":false}\n' }
      : { code: 1, output: 'Error: libtensorflow.so.2: not found\n' };
  }
  return { code: 0, output: '' };
};

/** Every file with its content, every link with its target. */
function tree(folder: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const path = join(folder, name);
    const entry = lstatSync(path);
    if (entry.isSymbolicLink()) found[name] = `-> ${readlinkSync(path)}`;
    else if (entry.isFile()) found[name] = readFileSync(path, 'utf8');
  }
  return found;
}

const install = (folder = project, more: Parameters<typeof installNative>[0] = {}) =>
  installNative({ folder, wheel, cache: join(root, 'cache'), allowUnverified: true, ...more }, run);

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'sr-native-'));
  project = makeProject('project');
  wheel = join(root, 'tensorflow_cpu-9.9-test.whl');
  writeFileSync(
    wheel,
    zipSync({
      'tensorflow/libtensorflow_cc.so.2': strToU8('the library'),
      'tensorflow/libtensorflow_framework.so.2': strToU8('the framework'),
      'tensorflow/include/tensorflow/c/c_api.h': strToU8('// header'),
      'tensorflow/python/large.so': strToU8('not needed'),
    }),
  );
  commands = [];
  disturb = () => undefined;
});
afterEach(() => rmSync(root, { recursive: true }));

test('the plan says what would be done and changes nothing', async () => {
  const before = tree(root);
  const plan = await planNativeInstall({ folder: join(project, 'node_modules'), cache: join(root, 'cache') }, run);
  expect(tree(root)).toEqual(before);
  expect(plan).toMatchObject({
    ready: false,
    variant: 'cpu',
    project: { folder: project },
    wheel: { sha256: wheels.cpu.sha256 },
  });
  expect(plan.steps.map(({ step, done }) => [step, done])).toEqual(
    ['package', 'wheel', 'library', 'links', 'addon', 'check'].map(step => [step, false]),
  );
  expect(plan.steps[0]!.command).toMatch(/--ignore-scripts .*@tensorflow\/tfjs-node@4\.22\.0$/);
  expect(plan.steps[1]!.command).toContain('pip download --no-deps');
  expect((await planNativeInstall({ folder: project, gpu: true }, run)).notes.join()).toContain(
    'not verified on a GPU',
  );
});

test('an installation runs every step once; a second one does nothing', async () => {
  const progress: NativeProgress[] = [];
  const status = await install(project, { onProgress: event => progress.push(event) });
  expect(status).toMatchObject({ works: true, tensorflow: '9.9', gpu: false, package: { version: '4.22.0' } });
  expect(commands).toEqual(['install', 'unpack', 'build', 'check', 'check']);
  expect(progress.filter(({ state }) => state === 'done').map(({ step }) => step)).toEqual([
    'package',
    'library',
    'links',
    'addon',
    'check',
  ]);
  const after = tree(root);
  expect(Object.keys(after).filter(name => /partial|build-tmp|large/.test(name))).toEqual([]);
  commands = [];
  expect(await install()).toEqual(status);
  expect(commands).toEqual(['check', 'check']);
  expect(tree(root)).toEqual(after);
});

describe('an interruption', () => {
  test.each(['install', 'unpack', 'build', 'check'])('in "%s" is taken up where it happened', async point => {
    const controller = new AbortController();
    controller.abort();
    disturb = name => {
      if (name === point) throw abortError(controller.signal);
      return undefined;
    };
    await expect(install()).rejects.toMatchObject({ code: 'aborted' });
    const [early] = [commands];
    commands = [];
    disturb = () => undefined;
    expect(await install()).toMatchObject({ works: true });
    // Nothing that was whole is made again.
    const made = (list: string[]) => list.filter(name => name !== 'check' && name !== point);
    expect([...made(early), ...made(commands)].toSorted()).toEqual(
      ['install', 'unpack', 'build'].filter(name => name !== point).toSorted(),
    );
    expect(Object.keys(tree(root)).filter(name => name.includes('partial'))).toEqual([]);
  });
});

describe('removal', () => {
  test('leaves a project as it was before, with the package', async () => {
    const before = tree(root);
    await install();
    const removed = await removeNative({ folder: project }, run);
    expect(removed).toHaveLength(3);
    expect(tree(root)).toEqual(before);
    expect(await removeNative({ folder: project }, run)).toEqual([]);
  });

  test('keeps a package that was there, and what it held', async () => {
    putPackage(project);
    put(join(project, 'node_modules/@tensorflow/tfjs-node/deps/lib/libtensorflow.so'), 'broken');
    put(join(project, 'node_modules/@tensorflow/tfjs-node/lib/napi-v8/tfjs_binding.node'), 'old');
    const before = tree(root);
    expect(await install()).toMatchObject({ works: true });
    expect(commands).not.toContain('install');
    await removeNative({ folder: project }, run);
    expect(commands).not.toContain('uninstall');
    expect(tree(root)).toEqual(before);
  });

  test('touches nothing that it did not install', async () => {
    putPackage(project);
    put(join(project, 'node_modules/@tensorflow/tfjs-node/deps/lib/libtensorflow.so'), 'the library');
    put(join(project, 'node_modules/@tensorflow/tfjs-node/lib/napi-v8/tfjs_binding.node'), 'made by hand');
    const before = tree(root);
    expect(await install()).toMatchObject({ works: true });
    expect(await removeNative({ folder: project }, run)).toEqual([]);
    expect(tree(root)).toEqual(before);
  });

  test('keeps the library as long as another project uses it', async () => {
    const second = makeProject('second');
    await install();
    await install(second);
    expect(commands.filter(name => name === 'unpack')).toHaveLength(1);
    await removeNative({ folder: project }, run);
    expect(await nativeStatus({ folder: second }, run)).toMatchObject({ works: true });
    await removeNative({ folder: second }, run);
    expect(readdirSync(join(root, 'cache/native'))).toEqual([]);
  });

  test('undoes an installation that was interrupted', async () => {
    const before = tree(root);
    disturb = name => (name === 'build' ? { code: 1, output: 'c++: killed' } : undefined);
    await expect(install()).rejects.toMatchObject({
      code: 'native/command',
      message: expect.stringContaining('c++: killed'),
    });
    disturb = () => undefined;
    await removeNative({ folder: project }, run);
    expect(tree(root)).toEqual(before);
  });
});

describe('what is wrong is said before anything is changed', () => {
  async function refusal(promise: Promise<unknown>): Promise<{ code: string; message: string }> {
    const before = tree(root);
    const error = await promise.then(
      () => undefined,
      error => error,
    );
    expect(tree(root)).toEqual(before);
    return error;
  }

  test('all missing tools at once', async () => {
    disturb = name => (['make', 'g++'].includes(name) ? { code: 127, output: '' } : undefined);
    const error = await refusal(install());
    expect(error.code).toBe('native/prerequisites');
    expect(error.message).toMatch(/C\+\+ compiler.*apt-get install g\+\+.*make is missing/);
  });

  test('a wheel whose hash is not known', async () => {
    const error = await refusal(install(project, { allowUnverified: false }));
    expect(error).toMatchObject({
      code: 'native/prerequisites',
      message: expect.stringContaining('--allow-unverified'),
    });
  });

  test('a folder without tfjs-core', async () => {
    const error = await refusal(install(root));
    expect(error).toMatchObject({ code: 'native/no-project', message: expect.stringContaining(root) });
  });

  test('another package manager', async () => {
    put(join(project, 'pnpm-lock.yaml'));
    expect((await refusal(install())).message).toContain('kept by pnpm');
  });

  test('two copies of tfjs-core', async () => {
    putPackage(project);
    put(join(project, 'node_modules/@tensorflow/tfjs-node/node_modules/@tensorflow/tfjs/package.json'));
    put(join(project, 'node_modules/@tensorflow/tfjs-node/node_modules/@tensorflow/tfjs-core/package.json'));
    expect((await refusal(install())).message).toContain('another copy of tfjs-core');
  });

  test('something that is no wheel, and the wheel of the other variant', async () => {
    expect((await refusal(install(project, { wheel: join(root, 'photo.png') }))).code).toBe('native/wheel');
    const error = await refusal(install(project, { wheel: join(root, wheels.cuda.file) }));
    expect(error).toMatchObject({ code: 'native/wheel', message: expect.stringContaining('expected one for CPUs') });
  });
});

test('a wheel with the right name and other content is refused', async () => {
  const damaged = join(root, wheels.cpu.file);
  cpSync(wheel, damaged);
  const error = await install(project, { wheel: damaged }).catch(error => error);
  expect(error).toMatchObject({ code: 'native/hash', message: expect.stringContaining(wheels.cpu.sha256!) });
  expect(existsSync(damaged)).toBe(true);
  expect(existsSync(join(root, 'cache'))).toBe(false);
});

test('a damaged download is thrown away', async () => {
  disturb = name => {
    if (name !== 'download') return undefined;
    put(join(root, 'cache/native', wheels.cpu.file), 'half a wheel');
    return { code: 0, output: '' };
  };
  const options = { folder: project, cache: join(root, 'cache') };
  await expect(installNative(options, run)).rejects.toMatchObject({ code: 'native/hash' });
  expect(readdirSync(join(root, 'cache/native'))).toEqual([]);
});

test('a wheel without the library, or none at all', async () => {
  const empty = join(root, 'tensorflow_cpu-1.0-test.whl');
  writeFileSync(empty, zipSync({ 'tensorflow/__init__.py': strToU8('') }));
  const error = await install(project, { wheel: empty }).catch(error => error);
  expect(error).toMatchObject({
    code: 'native/wheel',
    message: expect.stringContaining(`${basename(empty)} holds no libtensorflow_cc.so.2`),
  });
  await expect(install(project, { wheel: join(root, 'tensorflow_cpu-2.0-absent.whl') })).rejects.toMatchObject({
    code: 'native/wheel',
  });
});

test('what is built passes lists as attributes and takes functions; the source is then as it came', async () => {
  const binding = join(project, 'node_modules/@tensorflow/tfjs-node/binding');
  const originals: Record<string, string> = {
    'tfjs_backend.cc': 'switch (type) {\n    case TF_ATTR_STRING: {\n      }\n    case TF_ATTR_TYPE: {\n      }\n}\n',
    'tfjs_backend.h': 'class TFJSBackend {\n public:\n  ~TFJSBackend();\n};\n',
    'tfjs_binding.cc': '  napi_property_descriptor exports_properties[] = {\n  };\n',
  };
  const sources = (): Record<string, string> =>
    Object.fromEntries(Object.keys(originals).map(name => [name, readFileSync(join(binding, name), 'utf8')]));
  let built: Record<string, string> = {};
  disturb = name => {
    if (name === 'wheel' || name === 'unpack') {
      for (const [file, text] of Object.entries(originals)) put(join(binding, file), text);
    }
    if (name === 'build') built = sources();
    return undefined;
  };
  await install();
  expect(built['tfjs_backend.cc']).toContain('TFE_OpSetAttrStringList');
  expect(built['tfjs_backend.cc']).toContain('TFE_OpSetAttrTypeList');
  expect(built['tfjs_binding.cc']).toContain('TFE_ContextAddFunctionDef');
  expect(sources()).toEqual(originals);

  // A build that was killed in the middle leaves the additions; the next one still restores the original.
  for (const [file, text] of Object.entries(built)) writeFileSync(join(binding, file), text);
  rmSync(join(project, 'node_modules/@tensorflow/tfjs-node/lib/addon.json'));
  commands = [];
  await install();
  expect(commands).toContain('build');
  expect(sources()).toEqual(originals);
});

test('an addon that was built by an older version, without what is added today, is built again', async () => {
  await install();
  const record = join(project, 'node_modules/@tensorflow/tfjs-node/lib/addon.json');
  writeFileSync(record, JSON.stringify({ node: process.version }));
  commands = [];
  await install();
  expect(commands).toContain('build');
  expect(JSON.parse(readFileSync(record, 'utf8'))).toMatchObject({ extension: 3 });
});

test('an addon that was built but does not compute is an error, and is built again', async () => {
  disturb = name => (name === 'check' ? { code: 139, output: 'Segmentation fault' } : undefined);
  await expect(install()).rejects.toMatchObject({
    code: 'native/check',
    message: expect.stringContaining('Segmentation fault'),
  });
  disturb = () => undefined;
  commands = [];
  await rmSync(join(project, 'node_modules/@tensorflow/tfjs-node/deps'), { recursive: true });
  expect(await install()).toMatchObject({ works: true });
  expect(commands).toContain('build');
});
