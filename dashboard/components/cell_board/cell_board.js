// A recurrent cell that reads a sequence. A message (dashboard/components/cell_board) holds everything; playing, stepping, scrubbing, pointing
// and keys ask the server for nothing. A number that is replaced goes there, and the run before stays as a ghost.

const version = new URL(import.meta.url).search; // the folder's, in the query
const { KINDS, TEXTS, number, sub } = await import(`./formulas.js${version}`);
const { diagram } = await import(`./diagram.js${version}`);
const { canvasOf } = await import(`./canvas.js${version}`);
const { Strips } = await import(`./strips.js${version}`);
const { drawLines } = await import(`./lines.js${version}`);
const { Walk } = await import(`./walk.js${version}`);

const REST = 500; // ms without a move, then the view is sent
const PACE = 90; // ms at least between two values that are sent while a slider is dragged
const PLAY = { whole: 12000, shortest: 45, longest: 1800, part: 150 }; // ms: a sequence, a step, and the shortest time a part is lit
const INKS = { r: '--cellb-r', z: '--cellb-z', n: '--cellb-n', h: '--lab-run', i: '--cellb-r', f: '--cellb-z', g: '--cellb-n', o: '--cellb-o', c: '--lab-wrong', a: '--cellb-n' };
const SYMBOLS = { x: 'x', wi: 'W_ih', wh: 'W_hh', bi: 'b_ih', bh: 'b_hh' };

export default function cellBoard({ data: [data], parentElement, setStateValue }) {
  const root = parentElement.querySelector('.cellb');
  root.board ??= new CellBoard(root);
  root.board.send = setStateValue;
  root.board.receive(data);
  // Streamlit also runs the clean-up of a call that the next message overtook: only a board that left the page is closed.
  return () => root.isConnected || root.board.close();
}

class CellBoard {
  constructor(root) {
    this.root = root;
    const part = (name) => root.querySelector(`.cellb-${name}`);
    this.part = Object.fromEntries(['diagram', 'equations', 'numbers', 'strips', 'side', 'lines', 'picture', 'words', 'walk', 'step', 'scrub', 't', 'edit'].map((name) => [name, part(name)]));
    this.canvas = this.part.strips.querySelector('canvas');
    this.strips = new Strips(this, this.canvas);
    this.fields = this.part.edit.elements;
    this.walk = new Walk(this.part.walk, this);
    Object.assign(this, { t: 0, j: 0, lit: 0, tab: 'step', target: { array: 'x', row: 0, column: 0 }, edits: [], follow: true });
    this.listen();
    this.observer = new ResizeObserver(() => this.data && root.clientWidth !== this.drawnWidth && this.redraw());
    this.observer.observe(root);
    this.theme = matchMedia('(prefers-color-scheme: dark)');
    this.repaint = () => this.data && this.redraw();
    this.theme.addEventListener('change', this.repaint);
  }

  close() {
    this.stop();
    this.observer.disconnect();
    this.theme.removeEventListener('change', this.repaint);
  }

  // -- data -----------------------------------------------------------------------------------------------------------

  receive(data) {
    const first = !this.data;
    const [own, arrays] = [this.data, this.arrays];
    const same = own && own.numbers === data.numbers && own.kind === data.kind;
    const alike = own && KINDS[own.kind].gates.join() === KINDS[data.kind].gates.join() && ['T', 'C', 'H'].every((name) => own[name] === data[name]);
    this.arrays = unpack(data);
    Object.assign(this, { data, T: data.T, C: data.C, H: data.H, kind: KINDS[data.kind] });
    if (!alike) this.ghost = null;
    else if (!same && !sameEdit(own, data)) this.ghost = arrays;
    if (first) {
      const { t, unit, tab } = data.view;
      Object.assign(this, { t: (t || 1) - 1, j: (unit || 1) - 1, tab: tab === 'hand' ? 'hand' : 'step', lit: this.kind.parts.length - 1 });
      this.target.row = this.t;
    }
    if (own && own.kind !== data.kind && !alike) this.lit = this.kind.parts.length - 1;
    this.t = Math.min(this.t, this.T - 1);
    this.j = Math.min(this.j, this.H - 1);
    this.lit = Math.min(this.lit, this.kind.parts.length - 1);
    if (!this.waiting) this.edits = data.edits;
    this.part.scrub.max = this.T;
    if (!own || own.kind !== data.kind) this.build();
    if (!own || own.picture !== data.picture) this.loadPicture();
    this.chooseTarget(this.target);
    this.redraw();
    this.root.dataset.setup = data.setup; // tells a test what is on the board
    this.root.dataset.numbers = data.numbers.length + data.numbers.slice(-24);
  }

  // A number of array `name`, (rows, columns).
  at(name, row, column, arrays = this.arrays) {
    return arrays[name][row * this.columns(name) + column];
  }

  columns(name) {
    const { C, H, kind } = this;
    return { x: C, wi: C, wh: H, bi: 1, bh: 1, from_input: kind.gates.length * H, from_state: kind.gates.length * H }[name] ?? H;
  }

  rowsOf(name) {
    return name === 'x' ? this.T : this.kind.gates.length * this.H;
  }

  // What `formulas.js` and `walk.js` read: unit `j` at step t.
  view(j = this.j, t = this.t) {
    const { T, C, H } = this;
    const gates = this.kind.gates.length;
    const row = (g) => g * H + j;
    return {
      T, C, H, t, j, gates,
      x: (c) => this.at('x', t, c),
      before: (k) => (t ? this.at('hidden', t - 1, k) : 0),
      memory: () => (t ? this.at('cell', t - 1, j) : 0),
      wi: (g, c) => this.at('wi', row(g), c), wh: (g, k) => this.at('wh', row(g), k), bi: (g) => this.arrays.bi[row(g)], bh: (g) => this.arrays.bh[row(g)],
      of: (field, k = j) => this.at(field, t, k),
      fromInput: (g) => this.at('from_input', t, row(g)), fromState: (g) => this.at('from_state', t, row(g)),
    };
  }

  // Whether two decimals are all that weights and inputs have.
  exact() {
    return ['x', 'wi', 'wh', 'bi', 'bh'].every((name) => this.arrays[name].every((value) => Math.abs(100 * value - Math.round(100 * value)) < 1e-3));
  }

  // Name of a row of the weights: gate and unit.
  rowName(row) {
    return `${this.kind.gates[Math.floor(row / this.H)]}${sub((row % this.H) + 1)}`;
  }

  // -- what a person does ---------------------------------------------------------------------------------------------

  listen() {
    const { root, strips, canvas } = this;
    this.part.scrub.addEventListener('input', () => this.stop() ?? this.go(Number(this.part.scrub.value) - 1));
    root.addEventListener('click', ({ target }) => {
      const { act, tab, part } = target.dataset;
      if (tab) this.show(tab);
      if (act === 'play') this.play();
      if (act === 'part') this.next();
      if (act === 'undo') this.sendEdits(this.edits.slice(0, -1));
      if (act === 'clear') this.sendEdits([]);
      if (act === 'save') this.save();
      if (part && target.closest('.cellb-words, .cellb-equations')) this.choose(part);
    });
    for (const kind of ['pointerover', 'focusin']) this.part.words.addEventListener(kind, ({ target }) => target.dataset.part && this.choose(target.dataset.part));
    canvas.addEventListener('pointerdown', (event) => {
      if (event.button) return;
      canvas.setPointerCapture(event.pointerId);
      this.stop();
      this.pick(strips.under(event));
    });
    canvas.addEventListener('pointermove', (event) => {
      if (!this.data) return;
      if (canvas.hasPointerCapture(event.pointerId)) this.pick(strips.under(event));
      else this.hover(strips.under(event));
    });
    canvas.addEventListener('pointerleave', () => this.data && this.hover(null));
    canvas.addEventListener('keydown', (event) => {
      const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1], Home: [-1e9, 0], End: [1e9, 0] }[event.key];
      if (!step || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault(); // the page would scroll
      this.stop();
      this.j = Math.max(0, Math.min(this.H - 1, this.j + step[1]));
      this.go(this.t + step[0]);
    });
    this.listenToEdits();
  }

  listenToEdits() {
    const { array, row, column, value, slide } = this.fields;
    array.addEventListener('change', () => this.chooseTarget({ array: array.value, row: array.value === 'x' ? this.t : this.j, column: 0 }));
    for (const select of [row, column]) select.addEventListener('change', () => this.chooseTarget({ array: array.value, row: Number(row.value), column: Number(column.value) }));
    this.part.edit.addEventListener('submit', (event) => event.preventDefault() ?? this.typed());
    value.addEventListener('change', () => this.typed());
    slide.addEventListener('input', () => {
      this.dragging = true;
      value.value = slide.value;
      this.replace(Number(slide.value));
    });
    slide.addEventListener('change', () => {
      this.replace(Number(slide.value));
      this.dragging = false;
    });
  }

  typed() {
    const text = this.fields.value.value.trim().replace('−', '-').replace(',', '.');
    const found = text === '' ? NaN : Number(text);
    const wrong = !(Math.abs(found) <= this.data.largest);
    this.say(wrong ? `${text.slice(0, 12) || 'Nothing'} is no number between −${this.data.largest} and ${this.data.largest}: type for example −0.5.` : '', wrong);
    if (!wrong && found !== this.value()) this.replace(found);
  }

  value() {
    return this.at(this.target.array, this.target.row, this.target.column);
  }

  replace(value) {
    const { array, row, column } = this.target;
    const last = this.edits.at(-1);
    const again = last && last[0] === array && last[1] === row && last[2] === column;
    const edits = again ? this.edits.slice(0, -1) : this.edits;
    if (edits.length >= this.data.most) return this.say(`${this.data.most} numbers are replaced already: undo one first.`, true);
    return this.sendEdits([...edits, [array, row, column, value]]);
  }

  // At most one message every PACE ms while a slider is dragged; the last one always goes.
  sendEdits(edits) {
    this.edits = edits;
    this.describeEdits();
    clearTimeout(this.waiting);
    const wait = Math.max(0, (this.sentAt ?? 0) + PACE - performance.now());
    this.waiting = setTimeout(() => {
      this.waiting = null;
      this.sentAt = performance.now();
      this.send('edits', { setup: this.data.setup, edits: this.edits });
    }, wait);
  }

  pick({ strip, t, row }) {
    if (strip.name === 'x') this.chooseTarget({ array: 'x', row: t, column: row });
    else {
      this.j = row;
      this.lit = strip.part;
    }
    this.go(t);
  }

  hover(at) {
    this.strips.pointed = at;
    this.strips.draw();
    this.root.dataset.pointed = this.strips.said();
  }

  choose(letter) {
    this.lit = Math.max(0, this.kind.parts.findIndex((part) => part.letter === letter));
    this.draw();
  }

  chooseUnit(j) {
    this.j = j;
    this.draw();
    this.rest();
  }

  show(tab) {
    this.tab = tab;
    this.redraw();
    this.rest();
  }

  go(t) {
    this.t = Math.max(0, Math.min(this.T - 1, t));
    if (this.target.array === 'x') this.chooseTarget({ ...this.target, row: this.t });
    this.draw();
    this.rest();
  }

  next() {
    this.stop();
    if (this.lit < this.kind.parts.length - 1) this.lit += 1;
    else if (this.t < this.T - 1) [this.t, this.lit] = [this.t + 1, 0];
    this.go(this.t);
  }

  play() {
    if (this.playing) return this.stop();
    const from = this.t >= this.T - 1 ? 0 : this.t;
    const parts = this.kind.parts.length;
    const pace = Math.max(PLAY.shortest, Math.min(PLAY.longest, PLAY.whole / this.T));
    const inside = pace / parts >= PLAY.part; // else parts would only flicker
    const start = performance.now();
    const frame = (now) => {
      if (!this.playing || !this.root.isConnected) return;
      const passed = Math.max(0, now - start) / pace; // a frame may have begun before the click
      const t = from + Math.floor(passed);
      if (t >= this.T) {
        this.lit = parts - 1; // however slow the frames were
        this.go(this.T - 1);
        return this.stop();
      }
      const lit = inside ? Math.floor((passed % 1) * parts) : parts - 1;
      if (t !== this.t || lit !== this.lit) {
        this.lit = lit;
        this.go(t);
      }
      this.playing = requestAnimationFrame(frame);
    };
    this.playing = requestAnimationFrame(frame);
    this.playButton();
    return undefined;
  }

  stop() {
    cancelAnimationFrame(this.playing);
    this.playing = null;
    this.playButton();
  }

  playButton() {
    this.root.querySelector('[data-act=play]').textContent = this.playing ? 'Pause' : 'Play';
  }

  // The view goes to the server once it has come to rest: one message, not one a frame.
  rest() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.send('view', { t: this.t + 1, unit: this.j + 1, tab: this.tab }), REST);
  }

  // -- replacing a number ---------------------------------------------------------------------------------------------

  chooseTarget({ array, row, column }) {
    const clamp = (value, count) => Math.max(0, Math.min(count - 1, value));
    this.target = { array, row: clamp(row, this.rowsOf(array)), column: clamp(column, this.columns(array)) };
    const { fields } = this;
    const shape = `${array} ${this.rowsOf(array)} ${this.columns(array)} ${this.data.kind}`;
    if (this.listed !== shape) {
      this.listed = shape;
      options(fields.array, Object.entries(SYMBOLS));
      options(fields.row, list(this.rowsOf(array), (n) => (array === 'x' ? `step ${n + 1}` : `row ${this.rowName(n)}`)));
      options(fields.column, list(this.columns(array), (n) => (array === 'wh' ? `h${sub(n + 1)}` : `x${sub(n + 1)}`)));
      fields.column.hidden = array[0] === 'b';
    }
    fields.array.value = array;
    fields.row.value = this.target.row;
    fields.column.value = this.target.column;
    if (document.activeElement !== fields.value) fields.value.value = Number(this.value().toFixed(4));
    if (!this.dragging) fields.slide.value = this.value();
    this.describeEdits();
  }

  describeEdits() {
    const count = this.edits.length;
    for (const act of ['undo', 'clear']) this.part.edit.querySelector(`[data-act=${act}]`).disabled = !count;
    this.say(count ? `${count} number${count > 1 ? 's' : ''} replaced.${this.ghost ? ` Ghost: the run before, up to ${number(this.most())} away.` : ''}` : this.ghost ? `Ghost: the run before, up to ${number(this.most())} away.` : '');
    this.root.dataset.edits = count;
  }

  say(words, wrong = false) {
    const output = this.part.edit.querySelector('output');
    output.textContent = words;
    output.classList.toggle('wrong', wrong);
  }

  // The largest change of a state since the run before.
  most() {
    return this.ghost.hidden.reduce((most, value, n) => Math.max(most, Math.abs(value - this.arrays.hidden[n])), 0);
  }

  // -- drawing --------------------------------------------------------------------------------------------------------

  build() {
    const { parts } = this.kind;
    this.part.diagram.replaceChildren(diagram(this.data.kind, (letter) => this.choose(letter)));
    this.part.equations.replaceChildren(
      ...parts.map(({ letter, name, equation, words }) => {
        const line = element('button', '', { type: 'button', title: `${name}: ${words}` });
        line.dataset.part = letter;
        line.append(...pieces(equation));
        return line;
      }),
    );
    this.part.words.replaceChildren(
      ...TEXTS[this.data.kind].split(/(\[[^\]]+\])/).map((text) => {
        const [words, letter] = text.replace(/[[\]]/g, '').split('|');
        if (!letter) return document.createTextNode(words);
        const word = element('button', words, { type: 'button' });
        word.dataset.part = letter;
        return word;
      }),
    );
    this.listed = null;
  }

  redraw() {
    this.drawnWidth = this.root.clientWidth;
    if (!this.drawnWidth) return;
    const style = getComputedStyle(this.root);
    const read = (name) => style.getPropertyValue(name).trim();
    this.colors = { ink: read('--st-text-color'), paper: read('--st-background-color'), positive: read('--lab-run'), negative: read('--lab-wrong'), x: read('--cellb-x') };
    for (const [letter, name] of Object.entries(INKS)) this.colors[letter] = read(name);
    this.font = style.fontFamily;
    this.part.step.hidden = this.tab !== 'step';
    this.part.walk.hidden = this.tab !== 'hand';
    this.root.querySelector('[data-act=part]').hidden = this.tab === 'hand';
    for (const button of this.root.querySelectorAll('[data-tab]')) button.setAttribute('aria-pressed', button.dataset.tab === this.tab);
    if (this.tab === 'step') this.strips.paint();
    this.draw();
  }

  draw() {
    if (!this.colors) return;
    const { parts } = this.kind;
    const part = parts[this.lit];
    this.part.scrub.value = this.t + 1;
    this.part.scrub.setAttribute('aria-valuetext', `step ${this.t + 1} of ${this.T}`);
    this.part.t.textContent = `t = ${this.t + 1} of ${this.T}`;
    Object.assign(this.root.dataset, { t: this.t + 1, unit: this.j + 1, part: part.letter, tab: this.tab });
    if (this.tab === 'hand') return this.walk.draw();
    for (const one of this.root.querySelectorAll('.cellb-diagram [data-part], .cellb-equations [data-part], .cellb-words [data-part]')) {
      one.classList.toggle('lit', one.dataset.part === part.letter);
      if (one.tagName === 'BUTTON') one.setAttribute('aria-pressed', one.dataset.part === part.letter);
    }
    this.part.diagram.firstChild.setAttribute('aria-label', `Diagram of the cell; at work: ${part.name}`);
    const head = element('div', '', { className: 'cellb-head' });
    head.append(element('b', `${part.name[0].toUpperCase()}${part.name.slice(1)}`), ` · unit ${this.j + 1} of ${this.H}, step ${this.t + 1}: ${part.words}`);
    const sum = element('div', '', { className: 'cellb-sum' });
    sum.append(...pieces(part.numbers(this.view())));
    this.part.numbers.replaceChildren(head, sum);
    this.strips.draw();
    drawLines(this, this.part.lines, this.part.side.clientWidth);
    this.drawPicture();
    this.speak();
    return undefined;
  }

  // For a screen reader: what stands at the chosen step.
  speak() {
    const values = this.kind.parts.map(({ letter, field }) => `${letter} ${number(this.at(field, this.t, this.j))}`).join(', ');
    const aria = { valuemin: 1, valuemax: this.T, valuenow: this.t + 1, valuetext: `step ${this.t + 1} of ${this.T}, unit ${this.j + 1} of ${this.H}: ${values}` };
    Object.entries(aria).forEach(([name, value]) => this.canvas.setAttribute(`aria-${name}`, value));
  }

  loadPicture() {
    this.part.picture.hidden = !this.data.picture;
    this.image = null;
    if (!this.data.picture) return;
    const image = new Image();
    image.onload = () => {
      this.image = image;
      this.drawPicture();
    };
    image.src = this.data.picture;
  }

  drawPicture() {
    if (!this.image) return;
    const size = 92;
    const { side } = this.data;
    const context = canvasOf(this.part.picture, size, size);
    context.imageSmoothingEnabled = false;
    context.drawImage(this.image, 0, 0, size, size);
    const each = size / side;
    const [x, y] = [(this.t % side) * each, Math.floor(this.t / side) * each];
    for (const [color, line] of [['#fff', 4], ['#000', 1.5]]) {
      Object.assign(context, { strokeStyle: color, lineWidth: line });
      context.strokeRect(x, y, each, each);
    }
    this.part.picture.setAttribute('aria-label', `The picture; framed: patch ${this.t + 1} of ${this.T}, the input of this step`);
  }

  save() {
    this.show('step');
    const words = `${this.data.kind}: C = ${this.C}, H = ${this.H}; columns: steps 1 to ${this.T}; framed: t = ${this.t + 1}, unit ${this.j + 1}`;
    element('a', '', { href: this.strips.picture(words), download: `cell-${this.data.kind}.png` }).click();
  }
}

// Whether two messages differ only in what stands at one place, as while a slider is dragged: the ghost is then the run before that edit.
function sameEdit(own, data) {
  const place = ({ edits }) => edits.length && edits.at(-1).slice(0, 3).join();
  return own.setup === data.setup && own.kind === data.kind && own.edits.length === data.edits.length && place(own) === place(data) && data.edits.length > 0;
}

function unpack(data) {
  const view = new DataView(Uint8Array.from(atob(data.numbers), (letter) => letter.charCodeAt(0)).buffer);
  const numbers = Float32Array.from({ length: view.byteLength / 4 }, (_, n) => view.getFloat32(4 * n, true));
  const arrays = {};
  let offset = 0;
  for (const [name, length] of data.parts) {
    arrays[name] = numbers.subarray(offset, offset + length);
    offset += length;
  }
  if (data.kind === 'rnn') arrays.sum = arrays.from_input.map((value, n) => value + arrays.from_state[n]);
  return arrays;
}

const list = (count, name) => Array.from({ length: count }, (_, n) => [n, name(n)]);

function options(select, entries) {
  select.replaceChildren(...entries.map(([value, text]) => element('option', text, { value })));
}

function pieces(found) {
  return found.map(([text, ink]) => (ink === 'sub' ? element('sub', text) : element('span', text, { className: ink ? `ink-${ink}` : '' })));
}

function element(tag, text, attributes = {}) {
  return Object.assign(document.createElement(tag), { textContent: text }, attributes);
}
