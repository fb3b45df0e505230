/** `sr native`. */
import pc from 'picocolors';
import {
  type InstallOptions,
  installNative,
  type NativePlan,
  type NativeStatus,
  nativeStatus,
  planNativeInstall,
  removeNative,
} from 'sr-tensor/native';
import { exitCodes, ReportedError } from '../errors.js';
import { interruptible } from '../interruptible.js';
import { formatBytes, print, printJson } from '../output.js';

export interface NativeInstallOptions extends Pick<InstallOptions, 'gpu' | 'wheel' | 'allowUnverified'> {
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

export async function install({ dryRun, json, ...options }: NativeInstallOptions): Promise<void> {
  if (dryRun) {
    const plan = await planNativeInstall(options);
    return json ? printJson(plan) : printPlan(plan);
  }
  const report = await interruptible(signal =>
    installNative({
      ...options,
      signal,
      onProgress: ({ state, message }) => {
        if (state === 'start' && !json) print(`${message} ...`);
        if (state === 'output' && process.stderr.isTTY) process.stderr.write(`${pc.dim(`  ${message}`)}\n`);
      },
    }),
  );
  printStatus(report, json);
}

export async function remove({ json }: { json?: boolean }): Promise<void> {
  const removed = await interruptible(signal => removeNative({ signal }));
  if (json) return printJson({ removed });
  if (removed.length === 0)
    print('There is nothing to remove: `sr native install` has changed nothing in this project.');
  for (const what of removed) print(`Removed ${what}.`);
}

export async function status({ json }: { json?: boolean }): Promise<void> {
  const report = await nativeStatus();
  printStatus(report, json);
  if (!report.works) throw new ReportedError(exitCodes.failure);
}

function printStatus(report: NativeStatus, json: boolean | undefined): void {
  const { works, reason, tensorflow, gpu, package: addon } = report;
  if (json) printJson(report);
  else if (!works) print(reason ?? 'The native backend does not work.');
  else
    print(
      `The native backend works: TensorFlow ${tensorflow} on the ${gpu ? 'GPU' : 'CPU'}, through ${addon?.name} ${addon?.version}.`,
    );
}

function printPlan({ project, ready, steps, problems, notes }: NativePlan): void {
  print(ready ? `The native backend works in ${project.folder}: nothing would be done.` : `In ${project.folder}:`);
  for (const { what, command, bytes, done } of steps) {
    print(`  ${done ? '[done] ' : '       '}${what}${bytes === undefined ? '' : ` (${formatBytes(bytes)})`}`);
    if (!done && command !== undefined) print(`         $ ${command}`);
  }
  for (const { what, fix } of problems) print(`Missing: ${what}. ${fix}`);
  for (const note of notes) print(`Note: ${note}`);
}
