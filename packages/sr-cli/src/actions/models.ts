/** `sr models`. */
import { shippedModel, shippedNames } from '../models.js';
import { formatTable, print, printJson } from '../output.js';

export async function models({ json }: { json?: boolean }): Promise<void> {
  const cards = await Promise.all(shippedNames().map(async name => ({ ...(await shippedModel(name)).card, name })));
  if (json) return printJson({ models: cards });
  const rows = cards.map(({ name, scale, parameters, license, results, description }) => [
    name,
    `x${scale}`,
    parameters.toLocaleString('en'),
    license,
    Object.entries(results)
      .map(([set, values]) => `${set} ${Object.values(values).join(' / ')}`)
      .join(', '),
    description,
  ]);
  print(formatTable([['name', 'scale', 'parameters', 'license', 'results', 'description'], ...rows]));
}
