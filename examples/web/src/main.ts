/** The page: its frame, its sections by address, and what they share. */
import './style.css';
import { onEngine } from './engine/client.js';
import { takeKey } from './engine/machine.js';
import type { Section } from './sections/section.js';
import { createFrame } from './ui/frame.js';
import { listenForFiles } from './ui/picture-input.js';

const sections = {
  enlarge: () => import('./sections/enlarge.js').then(({ enlargeSection }) => enlargeSection()),
  stylize: () => import('./sections/stylize.js').then(({ stylizeSection }) => stylizeSection()),
  measure: () => import('./sections/measure.js').then(({ measureSection }) => measureSection()),
  'fine-tune': () => import('./sections/fine-tune.js').then(({ fineTuneSection }) => fineTuneSection()),
} as const satisfies Record<string, () => Promise<Section>>;

type SectionName = keyof typeof sections;

takeKey();
const frame = createFrame();
document.body.append(frame.element);
const open = new Map<SectionName, Promise<Section>>();
let current: Section | undefined;

async function show(): Promise<void> {
  const asked = location.hash.slice(1) as SectionName;
  const name = Object.hasOwn(sections, asked) ? asked : 'enlarge';
  frame.select(name);
  if (!open.has(name)) open.set(name, sections[name]());
  const section = await open.get(name)!;
  if (frame.selected !== name) return;
  current = section;
  frame.main.replaceChildren(section.element);
  document.title = `${section.title} · sr`;
  section.shown?.();
}

addEventListener('hashchange', () => void show());
listenForFiles(files => current?.take(files));
onEngine(state => frame.showEngine(state));
void show();

if (import.meta.env.MODE === 'production' && 'serviceWorker' in navigator) {
  addEventListener('load', async () => {
    // Without one the page works as long as there is a network.
    const registration = await navigator.serviceWorker.register('./service-worker.js').catch(() => undefined);
    if (registration === undefined) return;
    navigator.serviceWorker.addEventListener('message', ({ data }) => {
      if (data === 'kept-everything') frame.showOffline();
    });
    const { active } = await navigator.serviceWorker.ready;
    const { saveData = false } = (navigator as { connection?: { saveData?: boolean } }).connection ?? {};
    if (!saveData) setTimeout(() => active?.postMessage('keep-everything'), 1500);
  });
}
