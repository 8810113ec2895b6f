// An unrolled network, drawn as SVG by the server. What is pointed at lights up with all that it depends on and all that depends on it;
// a message (dashboard/unrolled) holds everything, so pointing asks the server for nothing.
import { Board, mount } from '../kit/board.js';
import { button, make } from '../kit/dom.js';
import { answer, wrap } from '../kit/keys.js';

class Network extends Board {
  constructor(root) {
    super(root);
    const part = (name) => root.querySelector(`.unrolled-${name}`);
    [this.choices, this.switch, this.place, this.told, this.words] = ['choices', 'switch', 'scroll', 'told', 'words'].map(part);
    this.place.addEventListener('pointerover', (event) => this.point(this.nodeOf(event)));
    this.place.addEventListener('pointerdown', (event) => this.point(this.nodeOf(event)));
    this.place.addEventListener('pointerleave', (event) => event.pointerType === 'mouse' && this.point(null));
    answer(this.place, { Escape: () => this.point(null) }, (step) => this.walk(step));
    for (const kind of ['pointerover', 'focusin', 'click']) {
      this.words.addEventListener(kind, ({ target }) => this.name(target.dataset.word));
    }
    for (const kind of ['pointerleave', 'focusout']) this.words.addEventListener(kind, () => this.point(null));
    for (const group of [this.choices, this.switch]) {
      group.addEventListener('click', ({ target }) => this.choose(group, target.closest('button')));
      answer(group, {}, ([right, down]) => this.turn(group, right + down));
    }
  }

  receive(data, before) {
    if (before?.svg !== data.svg) {
      this.place.innerHTML = data.svg;
      this.nodes = new Map([...this.place.querySelectorAll('[data-node]')].map((node) => [node.dataset.node, node]));
      this.edges = [...this.place.querySelectorAll('[data-from]')];
      this.place.setAttribute(
        'aria-label',
        `${this.place.firstElementChild.getAttribute('aria-label')}. Arrow keys move from part to part.`,
      );
    }
    this.buttons(this.choices, data.choices, data.names[0], before?.choices);
    this.buttons(this.switch, data.switch, data.names[1], before?.switch);
    if (JSON.stringify(before?.words) !== JSON.stringify(data.words)) {
      this.words.replaceChildren(...data.words.map(([word], at) => button({ 'data-word': at }, word)));
    }
    this.point(this.nodes.has(this.at) ? this.at : null);
    this.root.dataset.nodes = this.nodes.size; // tells a test that it is drawn
  }

  // ---- choosing another network ----

  buttons(group, choices, name, before) {
    group.hidden = !choices.length;
    group.setAttribute('aria-label', name);
    if (JSON.stringify(choices) === JSON.stringify(before)) return;
    const focused = group.contains(document.activeElement);
    group.replaceChildren(
      ...choices.map((choice) => {
        const chosen = Boolean(choice.chosen);
        const attributes = { role: 'radio', 'aria-checked': chosen, tabindex: chosen ? 0 : -1, 'data-name': choice.name };
        const made = button(attributes, make('b', '', choice.title));
        if (choice.svg) {
          const small = make('span', { 'aria-hidden': true, class: 'unrolled-small' });
          small.innerHTML = choice.svg; // drawn by the lab itself
          made.prepend(small);
        }
        if (choice.told) made.append(make('small', '', choice.told));
        return made;
      }),
    );
    if (focused) group.querySelector('[aria-checked=true]')?.focus();
  }

  choose(group, chip) {
    if (!chip || chip.getAttribute('aria-checked') === 'true') return;
    for (const other of group.children) {
      other.setAttribute('aria-checked', other === chip);
      other.tabIndex = other === chip ? 0 : -1;
    }
    const chosen = (part) => part.querySelector('[aria-checked=true]')?.dataset.name ?? '';
    this.send('choice', { choices: chosen(this.choices), switch: chosen(this.switch) });
  }

  turn(group, step) {
    const all = [...group.children];
    const next = all[wrap(all.indexOf(document.activeElement) + step, all.length)];
    next.focus();
    this.choose(group, next);
  }

  // ---- pointing at a part ----

  nodeOf(event) {
    return event.target.closest?.('[data-node]')?.dataset.node ?? null;
  }

  point(name) {
    this.at = name;
    const links = name ? this.data.links[name] : null;
    const lit = new Set(links ? [name, ...links.before, ...links.after] : []);
    const before = new Set(links ? [name, ...links.before] : []);
    const after = new Set(links ? [name, ...links.after] : []);
    const strength = (name && this.data.strength[name]) ?? {};
    this.root.classList.toggle('pointing', Boolean(name));
    for (const [other, node] of this.nodes) {
      node.classList.toggle('lit', lit.has(other));
      node.classList.toggle('here', other === name);
      node.classList.toggle('shaded', other in strength);
      node.style.setProperty('--v', strength[other] ?? 0);
    }
    for (const edge of this.edges) {
      const { from, to } = edge.dataset;
      edge.classList.toggle('lit', (before.has(from) && before.has(to)) || (after.has(from) && after.has(to)));
    }
    this.told.textContent = name ? this.data.told[name] : this.data.idle;
    this.root.dataset.at = name ?? '';
    this.root.dataset.lit = [...lit].sort().join(' ');
  }

  // Light up the parts that a word below the picture names.
  name(word) {
    if (word === undefined) return;
    const lit = new Set(this.data.words[word][1]);
    this.point(null);
    this.root.classList.add('pointing');
    for (const [other, node] of this.nodes) node.classList.toggle('lit', lit.has(other));
    this.root.dataset.lit = [...lit].sort().join(' ');
  }

  walk(step) {
    this.point(this.at ? this.beside(step) : this.nodes.keys().next().value);
    this.nodes.get(this.at).scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }

  // The nearest part in a direction: along a row, or in the next row that has one.
  beside([right, down]) {
    const place = (node) => [Number(node.dataset.x), Number(node.dataset.y)];
    const [x, y] = place(this.nodes.get(this.at));
    const others = [...this.nodes].map(([name, node]) => [name, ...place(node)]).filter(([, nx, ny]) =>
      right ? ny === y && (nx - x) * right > 0 : (ny - y) * down > 0
    );
    const far = ([, nx, ny]) => (right ? Math.abs(nx - x) : 1000 * Math.abs(ny - y) + Math.abs(nx - x));
    return others.sort((a, b) => far(a) - far(b))[0]?.[0] ?? this.at;
  }
}

export default mount('.unrolled', Network);
