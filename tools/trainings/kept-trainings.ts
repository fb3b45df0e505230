/** The trainings that are kept with the networks that come along: recipes and thinned logs, and the cards of what they made. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { ModelCard } from 'sr-tensor/weights';
import { checkRecipe, type Recipe } from 'sr-train';
import type { JournalEntry } from 'sr-train/node';

const folder = fileURLToPath(new URL('../../packages/sr-weights/training/', import.meta.url));
const first = '.first';
const logEnding = '.log.jsonl';

export interface KeptTraining {
  /** Of its files in packages/sr-weights/training. */
  readonly name: string;
  /** The network that it made. */
  readonly network: string;
  /** Whether it is the first of two: the network is what another made, which went on from there. */
  readonly isFirst: boolean;
  readonly recipe: Recipe;
  readonly log: readonly KeptLine[];
  /** Of the network. */
  readonly card: ModelCard;
}

/** A line of a log, less what is not kept of it. */
export type KeptLine =
  | Omit<Extract<JournalEntry, { type: 'train' }>, 'waiting'>
  | Omit<Extract<JournalEntry, { type: 'validation' }>, 'pictures'>;

/** All of them, by network, and the first of two before the other. */
export async function keptTrainings(): Promise<KeptTraining[]> {
  const logs = readdirSync(folder).filter(file => file.endsWith(logEnding));
  const trainings = await Promise.all(logs.map(file => readTraining(file.slice(0, -logEnding.length))));
  const place = ({ network, isFirst }: KeptTraining): string => `${network} ${isFirst ? 1 : 2}`;
  return trainings.sort((a, b) => (place(a) < place(b) ? -1 : 1));
}

async function readTraining(name: string): Promise<KeptTraining> {
  const isFirst = name.endsWith(first);
  const network = isFirst ? name.slice(0, -first.length) : name;
  const read = (ending: string): string => readFileSync(`${folder}${name}${ending}`, 'utf8');
  const { default: module } = (await import(`sr-weights/${network}`)) as { default: { card: ModelCard } };
  return {
    name,
    network,
    isFirst,
    recipe: checkRecipe(JSON.parse(read('.json'))),
    log: read(logEnding)
      .trim()
      .split('\n')
      .map(line => JSON.parse(line) as KeptLine),
    card: module.card,
  };
}
