/** `sr doctor`. */
import { diagnose } from 'sr-tensor/native';
import { formatBytes, formatTable, print, printJson } from '../output.js';

export async function doctor({ json }: { json?: boolean }): Promise<void> {
  const diagnosis = await diagnose();
  if (json) return printJson(diagnosis);
  const { machine, packages, backends, backend, advice, unverified } = diagnosis;
  const memory = `${formatBytes(machine.memory)}, ${formatBytes(machine.freeMemory)} free`;
  print('This machine');
  print(
    formatTable([
      ['  system', machine.system],
      ['  Node', machine.node],
      ['  processor', `${machine.processor}, ${machine.cores} cores`],
      ['  memory', memory],
      ['  GPU', machine.gpus.join('; ') || 'none that nvidia-smi lists'],
    ]),
  );
  print('\nPackages');
  print(formatTable(packages.map(({ name, version }) => [`  ${name}`, version ?? 'not installed'])));
  print('\nBackends, the fastest first');
  print(
    formatTable(
      backends.map(({ backend: name, available, device, reason }) => [
        `${name === backend ? '* ' : '  '}${name}`,
        available ? `works: ${device}` : `no: ${reason}`,
      ]),
    ),
  );
  print(`\nUsed: ${backend}.`);
  if (advice.length > 0) print(`\nFor more\n${advice.map(text => `  ${text}`).join('\n')}`);
  if (unverified.length > 0) print(`\nNot tried by this project\n${unverified.map(text => `  ${text}`).join('\n')}`);
}
