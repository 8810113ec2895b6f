// An encoder-decoder writes, one token at a time. A message (pages/translate/view.py) holds every step, so that play, step, back, layers,
// heads and the pointer ask the server for nothing. Where they came to rest is sent for the page's link.
import { AttentionMap } from './maps.js';
import { inside, make, Memory, quoted, rgb, share, shown, Weights } from './parts.js';
import { drawTree } from './tree.js';

import { Wires } from './wires.js';

const REST = 500; // ms without a move, then the view is sent
const PACE = 650; // ms a token when playing
const PARTS = { cross: 'Alignment: output reads input', decoder: 'Output reads output', encoder: 'Input reads input', beam: 'Beam tree' };

export default function translateBoard({ data: [data], parentElement, setStateValue }) {
  const root = parentElement.querySelector('.translate');
  root.board ??= new TranslateBoard(root);
  root.board.send = (view) => setStateValue('view', view);
  root.board.receive(data);
  return () => {
    if (root.isConnected) return;
    clearTimeout(root.board.timer);
    root.board.stop();
    root.board.observer.disconnect();
  };
}

class TranslateBoard {
  constructor(root) {
    this.root = root;
    const find = (name) => root.querySelector(`.translate-${name}`);
    for (const name of ['wires', 'map', 'tree', 'bars', 'told', 'scrub', 't', 'parts', 'layers', 'heads', 'side', 'end', 'pointed', 'scale']) this[`${name}Part`] = find(name);
    this.wires = new Wires(this.wiresPart);
    this.map = new AttentionMap(this.mapPart);
    this.scrubPart.addEventListener('input', () => this.take(Number(this.scrubPart.value)));
    this.scrubPart.addEventListener('keydown', (event) => this.press(event));
    root.addEventListener('click', ({ target }) => this.act(target.closest('button, [data-output]')));
    this.mapPart.addEventListener('pointermove', (event) => this.point(this.map.find(event)));
    this.mapPart.addEventListener('pointerleave', () => this.point(null));
    this.mapPart.addEventListener('click', (event) => this.rowAt(event));
    for (const [kind, on] of [['pointerover', true], ['pointerout', false]]) this.wiresPart.addEventListener(kind, ({ target }) => this.over(on ? target.closest('.chip') : null));
    this.observer = new ResizeObserver(() => this.data?.tokens.length && root.clientWidth !== this.width && this.rebuild());
    this.observer.observe(root);
  }

  // ---- messages ----

  receive(data) {
    const before = this.data;
    this.data = data;
    const waiting = !data.tokens.length;
    this.root.classList.toggle('waiting', waiting);
    if (!waiting) {
      const anew = before?.what !== data.what;
      if (!this.view) this.view = { ...data.view };
      else if (anew && before.source.join() + before.how !== data.source.join() + data.how) this.view.t = data.view.t;
      if (data.tree && !before?.tree) this.view.part = data.view.part;
      this.view.t = inside(this.view.t, 0, data.tokens.length);
      this.memory = data.memory && new Memory(data.memory);
      this.weights = Object.fromEntries(Object.entries(data.maps).map(([role, told]) => [role, new Weights(told)]));
      this.scrubPart.max = data.tokens.length;
      this.endPart.textContent = data.end;
      if (anew) this.stop();
    }
    this.rebuild();
    Object.assign(this.root.dataset, { what: data.what, source: data.source.join('') }); // for tests
  }

  rest() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.send({ ...this.view }), REST);
  }

  // ---- what does not follow the step ----

  rebuild() {
    this.width = this.root.clientWidth;
    if (!this.width) return;
    const colors = [rgb(this.root, '--lab-run'), rgb(this.root, '--lab-wrong')];
    this.wires.build(this.data, this.memory, colors, this.wiresPart.clientWidth);
    if (!this.data.tokens.length) return;
    this.choices();
    this.draw();
  }

  get open() {
    return Object.keys(PARTS).filter((part) => (part === 'beam' ? this.data.tree : this.weights[part]));
  }

  choices() {
    const { view } = this;
    if (!this.open.includes(view.part)) view.part = this.open[0] ?? '';
    const weights = this.weights[view.part] ?? this.weights.cross;
    view.layer = inside(view.layer, 0, (weights?.layers ?? 1) - 1);
    view.head = inside(view.head, -1, (weights?.heads ?? 1) - 1);
    const group = (place, kind, names, chosen) => {
      place.hidden = names.length < 2;
      place.replaceChildren(
        ...names.map(([value, name]) => {
          const button = make('button', '', name);
          Object.assign(button, { type: 'button' });
          button.ariaPressed = String(value === chosen);
          button.dataset[kind] = value;
          return button;
        }),
      );
    };
    group(this.partsPart, 'part', this.open.map((part) => [part, PARTS[part]]), view.part);
    this.partsPart.hidden = !this.open.length;
    const count = (n, word) => Array.from({ length: n }, (_, at) => [at, `${word} ${at + 1}`]);
    group(this.layersPart, 'layer', count(weights?.layers ?? 1, 'Layer'), view.layer);
    const heads = weights?.heads ?? 1;
    group(this.headsPart, 'head', heads > 1 ? [[-1, 'Mean of heads'], ...count(heads, 'Head')] : [], view.head);
    this.buildMap();
  }

  buildMap() {
    const { part } = this.view;
    const { source, tokens, unseen } = this.data;
    const tree = part === 'beam';
    this.treePart.hidden = !tree;
    this.mapPart.hidden = tree;
    this.scalePart.textContent = tree ? 'By probability of the whole beginning, best above. Strong: kept. Blue: the output.' : part ? 'Row reads column. Blue: weight, 0 to 1; a row sums to 1.' : '';
    if (!part) {
      this.mapPart.replaceChildren(make('p', 'translate-none', unseen));
      return;
    }
    if (tree) return;
    const fed = ['⊢', ...tokens.slice(0, -1)];
    const [rows, columns] = { cross: [tokens, source], decoder: [tokens, fed], encoder: [source, source] }[part];
    this.map.build(this.weights[part], rows, columns, this.mapPart.clientWidth, part === 'encoder');
  }

  // ---- moves ----

  take(t) {
    this.stop();
    this.go(t);
  }

  go(t) {
    this.view.t = inside(t, 0, this.data.tokens.length);
    this.draw();
    this.rest();
  }

  act(target) {
    if (!target || !this.view) return;
    const { act, part, layer, head, output } = target.dataset;
    if (act === 'play') this.play();
    if (act === 'back') this.take(this.view.t - 1);
    if (act === 'on') this.take(this.view.t + 1);
    if (output !== undefined) this.take(Number(output) - 1);
    if (part) this.choose({ part });
    if (layer !== undefined) this.choose({ layer: Number(layer) });
    if (head !== undefined) this.choose({ head: Number(head) });
  }

  choose(what) {
    const [kind] = Object.keys(what);
    Object.assign(this.view, what);
    this.choices();
    this.draw();
    this.root.querySelector(`[data-${kind}="${what[kind]}"]`)?.focus();
    this.rest();
  }

  press(event) {
    if (event.key !== ' ' || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault(); // the page would scroll
    this.play();
  }

  play() {
    if (this.playing) return this.stop();
    if (this.view.t >= this.data.tokens.length) this.go(0);
    this.playing = setInterval(() => {
      if (!this.root.isConnected) return this.stop();
      this.go(this.view.t + 1);
      return this.view.t >= this.data.tokens.length && this.stop();
    }, PACE);
    this.playButton();
    return undefined;
  }

  stop() {
    clearInterval(this.playing);
    this.playing = null;
    this.playButton();
  }

  playButton() {
    this.root.querySelector('[data-act=play]').textContent = this.playing ? 'Stop' : 'Play';
  }

  rowAt(event) {
    const found = this.map.find(event);
    if (found && this.view.part !== 'encoder') this.take(found.t);
  }

  // ---- what follows the step ----

  draw() {
    const { t, part, layer, head } = this.view;
    const { tokens } = this.data;
    const step = Math.min(t, tokens.length - 1);
    const done = t >= tokens.length;
    this.scrubPart.value = t;
    this.tPart.textContent = done ? `${tokens.length} written` : `step ${t + 1} of ${tokens.length}`;
    const row = (role) => {
      const weights = this.weights[role];
      return weights ? weights.row(inside(layer, 0, weights.layers - 1), inside(head, -1, weights.heads - 1), step) : null;
    };
    this.now = { cross: row('cross'), decoder: row('decoder') };
    this.wires.show(t, done ? null : this.now.cross, done ? null : this.now.decoder);
    if (part === 'beam') drawTree(this.treePart, this.data.tree, t);
    else if (part) this.map.show(layer, head, part === 'encoder' ? this.data.source.length : t, step);
    this.bars(step);
    this.tell(step, done);
    this.point(null);
    Object.assign(this.root.dataset, { t, part, layer, head, written: tokens.slice(0, t).join('') });
  }

  bars(step) {
    const { choices, tokens, sampled } = this.data;
    this.sidePart.textContent = `What may come at step ${step + 1}`;
    this.barsPart.replaceChildren(
      ...choices[step].map(([name, p, drawn]) => {
        const bar = make('div', `translate-bar ${name === tokens[step] ? 'taken' : ''}`);
        bar.style.setProperty('--p', p);
        bar.append(make('span', '', shown(name)), make('b', '', sampled ? `${share(p)} → ${share(drawn)}` : share(p)));
        return bar;
      }),
    );
  }

  tell(step, done) {
    const { tokens, choices, source, answer, bottleneck, text } = this.data;
    if (done) {
      const right = answer === null ? '' : text === answer ? ' That is right.' : ` Right would be ${answer || 'nothing but the end'}.`;
      this.toldPart.textContent = `Written: ${text || 'nothing but the end'}.${right}`;
    } else {
      const p = choices[step].find(([name]) => name === tokens[step])[1];
      const most = this.now.cross ? this.now.cross.indexOf(Math.max(...this.now.cross)) : -1;
      const reads = most >= 0 ? ` It reads ${quoted(source[most])} (${most + 1} of ${source.length}) most, ${share(this.now.cross[most])}.` : bottleneck ? ' It knows the input by one vector alone, with which it began.' : '';
      this.toldPart.textContent = `Writes ${quoted(tokens[step])}, p = ${share(p)}.${reads}`;
    }
    this.scrubPart.ariaValueText = `${this.tPart.textContent}: ${this.toldPart.textContent}`;
  }

  point(found) {
    const { part, layer, head } = this.view ?? {};
    if (!found || !this.weights?.[part]) {
      this.pointedPart.textContent = '';
      return;
    }
    const { s, t } = found;
    const waits = part !== 'encoder' && t > this.view.t;
    const who = part === 'encoder' ? quoted(this.map.rows[t]) : `writing ${quoted(this.map.rows[t])}`;
    this.pointedPart.textContent = waits ? 'Not written yet.' : `${who} reads ${quoted(this.map.columns[s])}: ${share(this.weights[part].at(layer, head, t, s))}`;
  }

  // What a token of the picture above has to do with the step.
  over(chip) {
    if (!chip || !this.now) return this.point(null);
    const { source: s, output: o } = chip.dataset;
    const weight = s !== undefined ? this.now.cross?.[s] : this.now.decoder?.[o];
    const name = s !== undefined ? this.data.source[s] : o === '0' ? '⊢' : this.data.tokens[o - 1];
    const later = o !== undefined && Number(o) > this.view.t;
    this.pointedPart.textContent = later ? '' : weight === undefined ? quoted(name) : `${quoted(name)} is read with ${share(weight)} in this step`;
    return undefined;
  }
}
