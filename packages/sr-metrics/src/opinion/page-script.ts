/**
 * What runs in an opinion page, after `const content = {...}`. It stands on its own; page.test.ts drives it in a browser.
 *
 * `answers` holds, trial by trial, the values of its versions, and is what the browser keeps.
 */
export const pageScript = `'use strict';
const { mode, study, rater, question, calibration, trials, images } = content;
const words = ['bad', 'poor', 'fair', 'good', 'excellent'];
const storageKey = JSON.stringify(['sr-opinion', mode, study, rater]);
const byId = id => document.getElementById(id);
const main = byId('main');
const answers = load();
let step = -1 - calibration.length;
let onKey = () => {};

function element(name, properties = {}, children = []) {
  const node = Object.assign(document.createElement(name), properties);
  node.append(...children);
  return node;
}

function picture(index, alt) {
  const image = element('img', { alt, src: images[index] });
  // One pixel of the picture is one pixel of the screen.
  const fit = () => { image.style.width = image.naturalWidth / devicePixelRatio + 'px'; };
  image.addEventListener('load', fit);
  return image;
}

function button(label, action, properties = {}) {
  return element('button', { type: 'button', textContent: label, onclick: action, ...properties });
}

const isDone = index => answers[index] !== undefined && !answers[index].includes(0);
const firstOpen = () => { const index = trials.findIndex((_, i) => !isDone(i)); return index < 0 ? trials.length : index; };

function show(next) {
  step = next;
  onKey = () => {};
  showProgress();
  if (step === -1 - calibration.length) showStart();
  else if (step < 0) showExample(calibration[step + calibration.length]);
  else if (step >= trials.length) showEnd();
  else if (mode === 'rating') showRating(trials[step]);
  else showRanking(trials[step]);
  (main.querySelector('[data-focus]') ?? main).focus?.();
  scrollTo(0, 0);
}

function showProgress() {
  const done = trials.filter((_, i) => isDone(i)).length;
  byId('progress').textContent = done + ' of ' + trials.length;
  byId('save').disabled = done === 0;
}

function focused(node) {
  node.dataset.focus = '';
  return node;
}

function back() {
  return button('Back', () => show(step - 1), { disabled: step <= 0 });
}

function showStart() {
  const begun = firstOpen() > 0;
  main.replaceChildren(
    element('p', { textContent: question }),
    element('p', { textContent: 'Your answers stay in this browser until you save them as a file at the end.' }),
    focused(button(begun ? 'Continue' : 'Start', () => show(begun ? firstOpen() : step + 1))),
  );
}

function showExample({ image, value }) {
  main.replaceChildren(
    element('p', { textContent: 'Example: this picture deserves ' + value + ' (' + words[value - 1] + ').' }),
    picture(image, 'example'),
    focused(button('Next', () => show(step + 1))),
  );
}

function referenceFigure(trial) {
  if (trial.reference === undefined) return [];
  return [element('figure', {}, [element('figcaption', { textContent: 'Reference' }), picture(trial.reference, 'reference')])];
}

function showRating(trial) {
  const [given = 0] = answers[step] ?? [];
  const rate = value => { answers[step] = [value]; store(); show(step + 1); };
  main.replaceChildren(
    element('p', { textContent: question }),
    element('div', { className: 'row' }, [
      ...referenceFigure(trial),
      element('figure', {}, [
        ...(trial.reference === undefined ? [] : [element('figcaption', { textContent: 'To rate' })]),
        picture(trial.images[0], 'picture to rate'),
      ]),
    ]),
    element('div', { className: 'row' }, words.map((word, i) => {
      const choice = button(i + 1 + ' ' + word, () => rate(i + 1));
      choice.setAttribute('aria-pressed', String(given === i + 1));
      return choice;
    })),
    back(),
  );
  onKey = key => { if (/^[1-5]$/.test(key)) rate(Number(key)); };
}

function showRanking(trial) {
  const ranks = answers[step] ?? trial.versions.map(() => 0);
  const next = button('Next', () => show(step + 1));
  const choices = trial.versions.map((_, i) => button('', () => choose(i)));
  const update = () => {
    choices.forEach((choice, i) => {
      choice.textContent = ranks[i] > 0 ? 'Rank ' + ranks[i] : 'Choose';
      choice.setAttribute('aria-pressed', String(ranks[i] > 0));
      choice.setAttribute('aria-label', 'Picture ' + (i + 1) + ': ' + choice.textContent);
    });
    next.disabled = ranks.includes(0);
    showProgress();
  };
  const choose = index => {
    const rank = ranks[index];
    // A choice that is taken back takes those after it along.
    if (rank > 0) ranks.forEach((other, i) => { if (other >= rank) ranks[i] = 0; });
    else ranks[index] = Math.max(...ranks) + 1;
    answers[step] = ranks;
    store();
    update();
  };
  const figures = trial.images.map((image, i) => {
    const shown = picture(image, 'picture ' + (i + 1));
    shown.addEventListener('click', () => choose(i));
    return element('figure', {}, [element('figcaption', { textContent: String(i + 1) }), shown, choices[i]]);
  });
  main.replaceChildren(
    element('p', { textContent: question }),
    element('div', { className: 'row' }, [...referenceFigure(trial), ...figures]),
    element('div', { className: 'row' }, [back(), next]),
  );
  update();
  onKey = key => {
    if (/^[1-9]$/.test(key) && Number(key) <= ranks.length) choose(Number(key) - 1);
    if (key === 'Enter' && document.activeElement === main && !next.disabled) next.click();
  };
}

function showEnd() {
  const missing = firstOpen();
  main.replaceChildren(
    element('p', { textContent: missing < trials.length ? 'Some answers are missing.' : 'That is all. Please save your answers and send the file back.' }),
    missing < trials.length
      ? focused(button('Continue', () => show(missing)))
      : focused(button('Save answers', save)),
    back(),
  );
}

function save() {
  const given = trials.flatMap(({ picture, versions }, i) =>
    isDone(i) ? versions.map((version, k) => ({ picture, version, value: answers[i][k] })) : []);
  const file = { format: 'sr-opinion', mode, study, rater, saved: new Date().toISOString(), answers: given };
  const address = URL.createObjectURL(new Blob([JSON.stringify(file, null, 1)], { type: 'application/json' }));
  const name = (study + '-' + rater).replace(/[^\\w.-]+/g, '_') + '.json';
  element('a', { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
  byId('note').textContent = 'Saved as ' + name + '.';
}

function load() {
  const kept = trials.map(() => undefined);
  try {
    const saved = JSON.parse(localStorage.getItem(storageKey) ?? '{}');
    trials.forEach(({ picture, versions }, i) => {
      const values = saved[JSON.stringify([picture, versions])];
      const fits = Array.isArray(values) && values.length === versions.length && values.every(Number.isInteger);
      if (fits) kept[i] = values;
    });
  } catch {
    noteNoStorage();
  }
  return kept;
}

function store() {
  const entries = trials.flatMap(({ picture, versions }, i) =>
    answers[i] === undefined ? [] : [[JSON.stringify([picture, versions]), answers[i]]]);
  try {
    localStorage.setItem(storageKey, JSON.stringify(Object.fromEntries(entries)));
  } catch {
    noteNoStorage();
  }
}

function noteNoStorage() {
  byId('note').textContent = 'This browser does not keep your answers: save them before you close the page.';
}

byId('save').addEventListener('click', save);
addEventListener('keydown', event => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  onKey(event.key);
});
show(step);
`;
