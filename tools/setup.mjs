// What `npm start` and `npm test` share: install and build what is missing, and nothing that is there.
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));

/** Runs a command in the repository; ends this process with its exit code if it fails. */
export function run(command, args, { env = {}, allowFailure = false } = {}) {
  const { status, signal, error } = spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...env },
  });
  if (error !== undefined) throw error;
  if (status !== 0 && !allowFailure) process.exit(status ?? (signal === 'SIGINT' ? 130 : 1));
  return status === 0;
}

/** Installs the packages of the lock file unless that has been done since it last changed. */
export function ensureDependencies() {
  const installed = new URL('../node_modules/.package-lock.json', import.meta.url);
  const lock = new URL('../package-lock.json', import.meta.url);
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs) return;
  console.log('Installing dependencies ...');
  // Not `npm ci`: it refuses a lock file without the optional packages of other platforms, which not every registry carries.
  run('npm', ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error']);
}

/** Builds all packages; turbo skips those that have not changed. */
export function ensureBuild() {
  run('npx', ['turbo', 'run', 'build', '--output-logs=errors-only', '--log-order=grouped', '--no-update-notifier']);
}
