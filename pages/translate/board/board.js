// An encoder-decoder writes, one token at a time. A message (pages/translate/view.py) holds every step, so that play, step, back, layers,
// heads and the pointer ask the server for nothing. Where they came to rest is sent for the page's link.
import { bar } from '../../../dashboard/kit/beliefs.js';
import { Board, mount } from '../../../dashboard/kit/board.js';
import { button, drag, make, partsOf } from '../../../dashboard/kit/dom.js';
import { clamp } from '../../../dashboard/kit/keys.js';
import { Player } from '../../../dashboard/kit/player.js';
import { signColors } from '../../../dashboard/kit/theme.js';
import { AttentionMap } from './maps.js';
import { drawTree } from './tree.js';
import { Memory, Weights } from './weights.js';
import { Wires } from './wires.js';
import { given, outcome, quoted, share, shown, stepWords } from './words.js';

const REST = 500; // ms without a move, then the view is sent
const PACE = 650; // ms a token when playing
const PARTS = { cross: 'Alignment: output reads input', decoder: 'Output reads output', encoder: 'Input reads input', beam: 'Beam tree' };
const OF_TREE = 'Each branch is a beginning, the most probable one at the top. Strong branches are kept; blue is the output.';
const OF_MAP = 'The row reads the column: the bluer, the larger the weight (0 to 1). Each row sums to 1.';
const PLACES = ['wires', 'map', 'tree', 'bars', 'told', 'scrub', 't', 'parts', 'layers', 'heads', 'side', 'end', 'pointed', 'scale'];

class TranslateBoard extends Board {
  constructor(root) {
    super(root);
    this.part = partsOf(root, 'translate-', PLACES);
    this.wires = new Wires(this.part.wires);
    this.map = new AttentionMap(this.part.map);
    this.player = new Player(root.querySelector('[data-act=play]'), this.part.scrub, {
      start: () => (this.view.t >= this.length ? 0 : this.view.t),
      end: () => this.length,
      pace: () => PACE,
      show: (place) => Math.floor(place) !== this.view.t && this.go(Math.floor(place)),
      take: (t) => this.go(t),
      each: true,
    });
    this.listen();
  }

  listen() {
    const { map, wires } = this.part;
    this.root.addEventListener('click', ({ target }) => this.act(target.closest('button, [data-output]')));
    drag(map, { move: (_, event) => this.point(this.map.find(event)), leave: () => this.point(null) });
    map.addEventListener('click', (event) => {
      const cell = this.map.find(event);
      if (cell && this.view.part !== 'encoder') this.take(cell.t);
    });
    wires.addEventListener('pointerover', ({ target }) => this.over(target.closest('.chip')));
    wires.addEventListener('pointerout', () => this.over(null));
  }

  /** Tokens that are written in the end. */
  get length() {
    return this.data.tokens.length;
  }

  // ---- messages ----

  receive(data, before) {
    const waiting = !data.tokens.length;
    this.root.classList.toggle('waiting', waiting);
    if (!waiting) this.open(data, before);
    Object.assign(this.root.dataset, { what: data.what, source: data.source.join('') }); // for tests
  }

  open(data, before) {
    const anew = before?.what !== data.what;
    const other = anew && before && before.source.join() + before.how !== data.source.join() + data.how;
    if (!this.view) this.view = { ...data.view };
    else if (other) {
      this.writes = data.view.t === this.view.t && before.source.join() !== data.source.join(); // no link says at which step to begin
      this.view.t = this.writes ? 0 : data.view.t;
    }
    if (data.tree && !before?.tree) this.view.part = data.view.part;
    this.view.t = clamp(this.view.t, 0, data.tokens.length);
    this.memory = data.memory && new Memory(data.memory);
    this.weights = Object.fromEntries(Object.entries(data.maps).map(([role, packed]) => [role, new Weights(packed)]));
    this.part.scrub.max = data.tokens.length;
    this.part.end.textContent = data.end;
    if (anew) this.player.stop();
  }

  rest() {
    this.sendAtRest('view', () => ({ ...this.view }), REST);
  }

  // ---- what does not follow the step ----

  draw() {
    this.wires.build(this.data, this.memory, signColors(this.root), this.part.wires.clientWidth);
    if (!this.length) return;
    this.choices();
    this.place();
    if (this.writes) this.player.toggle(); // another input is written from its first token
    this.writes = false;
  }

  /** What can be shown below. */
  get openParts() {
    return Object.keys(PARTS).filter((part) => (part === 'beam' ? this.data.tree : this.weights[part]));
  }

  choices() {
    const { view } = this;
    const parts = this.openParts;
    if (!parts.includes(view.part)) view.part = parts[0] ?? '';
    const { layers = 1, heads = 1 } = this.weights[view.part] ?? this.weights.cross ?? {};
    view.layer = clamp(view.layer, 0, layers - 1);
    view.head = clamp(view.head, -1, heads - 1);
    const group = (name, kind, choices) => {
      const place = this.part[name];
      place.hidden = choices.length < 2;
      place.replaceChildren(
        ...choices.map(([value, text]) => button({ 'aria-pressed': value === view[kind], [`data-${kind}`]: value }, text)),
      );
    };
    const counted = (count, word) => Array.from({ length: count }, (_, at) => [at, `${word} ${at + 1}`]);
    group('parts', 'part', parts.map((part) => [part, PARTS[part]]));
    this.part.parts.hidden = !parts.length;
    group('layers', 'layer', counted(layers, 'Layer'));
    group('heads', 'head', heads > 1 ? [[-1, 'Mean of heads'], ...counted(heads, 'Head')] : []);
    this.buildMap();
  }

  buildMap() {
    const { part: shownPart } = this.view;
    const { source, tokens, unseen } = this.data;
    const { map, tree, scale } = this.part;
    const beam = shownPart === 'beam';
    [tree.hidden, map.hidden] = [!beam, beam];
    scale.textContent = beam ? OF_TREE : shownPart ? OF_MAP : '';
    if (!shownPart) map.replaceChildren(make('p', 'translate-none', unseen));
    if (!shownPart || beam) return;
    const fed = given(tokens.slice(0, -1));
    const [rows, columns] = { cross: [tokens, source], decoder: [tokens, fed], encoder: [source, source] }[shownPart];
    this.map.build(this.weights[shownPart], rows, columns, map.clientWidth, shownPart === 'encoder');
  }

  // ---- moves ----

  take(t) {
    this.player.stop();
    this.go(t);
  }

  go(t) {
    this.view.t = clamp(t, 0, this.length);
    this.place();
    this.rest();
  }

  act(target) {
    if (!target || !this.view) return;
    const { act, part, layer, head, output } = target.dataset;
    if (act === 'back') this.take(this.view.t - 1);
    if (act === 'on') this.take(this.view.t + 1);
    if (output !== undefined) this.take(Number(output) - 1);
    if (part) this.choose('part', part);
    if (layer !== undefined) this.choose('layer', Number(layer));
    if (head !== undefined) this.choose('head', Number(head));
  }

  choose(kind, value) {
    this.view[kind] = value;
    this.choices();
    this.place();
    this.root.querySelector(`[data-${kind}="${value}"]`)?.focus();
    this.rest();
  }

  // ---- what follows the step ----

  place() {
    const { t, part, layer, head } = this.view;
    const { tokens, source, tree } = this.data;
    const step = Math.min(t, tokens.length - 1);
    const done = t >= tokens.length;
    this.part.scrub.value = t;
    this.part.t.textContent = done ? `${tokens.length} written` : `step ${t + 1} of ${tokens.length}`;
    this.now = { cross: this.row('cross', step), decoder: this.row('decoder', step) };
    this.wires.show(t, done ? null : this.now.cross, done ? null : this.now.decoder);
    if (part === 'beam') drawTree(this.part.tree, tree, t);
    else if (part) this.map.show(layer, head, part === 'encoder' ? source.length : t, step);
    this.bars(step);
    this.say(step, done);
    this.point(null);
    Object.assign(this.root.dataset, { t, part, layer, head, written: tokens.slice(0, t).join('') });
  }

  // What a step reads, in the layer and the head that are looked at.
  row(role, step) {
    const weights = this.weights[role];
    if (!weights) return null;
    return weights.row(clamp(this.view.layer, 0, weights.layers - 1), clamp(this.view.head, -1, weights.heads - 1), step);
  }

  bars(step) {
    const { choices, tokens, sampled } = this.data;
    this.part.side.textContent = `Candidates at step ${step + 1}`;
    this.part.bars.replaceChildren(
      ...choices[step].map(([name, p, drawn]) => {
        const text = sampled ? `${share(p)} → ${share(drawn)}` : share(p);
        return bar({ name: shown(name), p, text, look: name === tokens[step] ? 'told' : '' });
      }),
    );
  }

  say(step, done) {
    const { tokens, choices, source, answer, bottleneck, text } = this.data;
    const [, p] = choices[step].find(([name]) => name === tokens[step]);
    const reading = { source, weights: this.now.cross, bottleneck };
    this.part.told.textContent = done ? outcome(text, answer) : stepWords(tokens[step], p, reading);
    this.part.scrub.ariaValueText = `${this.part.t.textContent}: ${this.part.told.textContent}`;
  }

  // What a cell of the map under the pointer says.
  point(cell) {
    const { part, layer, head } = this.view ?? {};
    this.part.pointed.textContent = '';
    if (!cell || !this.weights?.[part]) return;
    const { s, t } = cell;
    const reader = `${part === 'encoder' ? '' : 'writing '}${quoted(this.map.rows[t])}`;
    const words = `${reader} reads ${quoted(this.map.columns[s])}: ${share(this.weights[part].at(layer, head, t, s))}`;
    this.part.pointed.textContent = part !== 'encoder' && t > this.view.t ? 'Not written yet.' : words;
  }

  // What a token of the picture above has to do with the step.
  over(chip) {
    if (!chip || !this.now) return this.point(null);
    const { source: s, output: o } = chip.dataset;
    const later = o !== undefined && Number(o) > this.view.t;
    const weight = s !== undefined ? this.now.cross?.[s] : this.now.decoder?.[o];
    const name = s !== undefined ? this.data.source[s] : given(this.data.tokens)[o];
    const words = weight === undefined ? quoted(name) : `${quoted(name)} is read with ${share(weight)} in this step`;
    this.part.pointed.textContent = later ? '' : words;
    return undefined;
  }

  close() {
    super.close();
    this.player.stop();
  }
}

export default mount('.translate', TranslateBoard);
