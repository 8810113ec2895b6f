// A recurrent cell that reads a sequence. A message (dashboard/components/cell_board) holds everything; playing, stepping, scrubbing, pointing
// and keys ask the server for nothing. A number that is replaced goes there, and the run before stays as a ghost.

const version = new URL(import.meta.url).search; // the folder's, in the query
const { KINDS, TEXTS, number, sub } = await import(`./formulas.js${version}`);
const { diagram } = await import(`./diagram.js${version}`);
const { Walk } = await import(`./walk.js${version}`);

const REST = 500; // ms without a move, then the view is sent
const PACE = 90; // ms at least between two values that are sent while a slider is dragged
const PLAY = { whole: 12000, shortest: 45, longest: 1800, part: 150 }; // ms: a sequence, a step, and the shortest time a part is lit
const STRIP = { room: 268, tallest: 15, least: 26, gap: 5, left: 86, right: 42, change: 4 }; // px
const LINES = 118; // px
const WRITTEN = { width: 27, height: 11 }; // px of a cell of a strip that has room for its number
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
    this.strips = this.part.strips.querySelector('canvas');
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
    this.ranges = {};
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
    const { root, strips } = this;
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
    const under = (event) => {
      const box = strips.getBoundingClientRect();
      const [x, y] = [event.clientX - box.left, event.clientY - box.top];
      const strip = this.layout.findLast(({ top }) => top <= y) ?? this.layout[0];
      const clamp = (value, count) => Math.max(0, Math.min(count - 1, value));
      return { strip, t: clamp(Math.floor((x - STRIP.left) / this.cellWidth), this.T), row: clamp(Math.floor((y - strip.top) / strip.each), strip.rows) };
    };
    strips.addEventListener('pointerdown', (event) => {
      if (event.button) return;
      strips.setPointerCapture(event.pointerId);
      this.stop();
      this.pick(under(event));
    });
    strips.addEventListener('pointermove', (event) => {
      if (!this.data) return;
      if (strips.hasPointerCapture(event.pointerId)) this.pick(under(event));
      else this.hover(under(event));
    });
    strips.addEventListener('pointerleave', () => this.data && this.hover(null));
    strips.addEventListener('keydown', (event) => {
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
    this.pointed = at;
    this.drawStrips();
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
      const passed = (now - start) / pace;
      const t = from + Math.floor(passed);
      if (t >= this.T) return this.stop();
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
    if (this.tab === 'step') this.paintStrips();
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
    this.drawStrips();
    this.drawLines();
    this.drawPicture();
    return undefined;
  }

  // Where every strip lies: inputs first, then the parts of the cell in the order they are computed.
  layOut() {
    const width = this.part.strips.clientWidth;
    const names = [{ name: 'x', letter: 'x', title: 'input', rows: this.C, part: -1 }, ...this.kind.parts.map(({ field, letter, name }, part) => ({ name: field, letter, title: name, rows: this.H, part }))];
    const rows = names.reduce((sum, one) => sum + one.rows, 0);
    const room = STRIP.room - names.length * (STRIP.gap + STRIP.change);
    let top = 2;
    this.layout = names.map((one) => {
      const height = Math.max(STRIP.least, Math.min(STRIP.tallest * one.rows, (room * one.rows) / rows));
      const strip = { ...one, top, height, each: height / one.rows };
      top += height + STRIP.change + STRIP.gap;
      return strip;
    });
    this.cellWidth = Math.max(1, Math.min(44, (width - STRIP.left - STRIP.right) / this.T));
    return { width: STRIP.left + STRIP.right + this.cellWidth * this.T, height: top };
  }

  // Lowest and highest value of a strip.
  range(name) {
    return (this.ranges[name] ??= this.arrays[name].reduce(([low, high], value) => [Math.min(low, value), Math.max(high, value)], [Infinity, -Infinity]));
  }

  paintStrips() {
    const { width, height } = this.layOut();
    this.base ??= document.createElement('canvas');
    const context = canvasOf(this.base, width, height);
    this.stripSize = { width, height };
    for (const strip of this.layout) this.paintStrip(context, strip);
  }

  paintStrip(context, { name, letter, title, rows, top, height, each }) {
    const { cellWidth, colors } = this;
    const [low, high] = this.range(name);
    const limit = Math.max(Math.abs(low), Math.abs(high)) || 1;
    context.textBaseline = 'middle';
    for (let t = 0; t < this.T; t += 1) {
      for (let row = 0; row < rows; row += 1) {
        const value = this.at(name, t, row);
        const [x, y] = [STRIP.left + t * cellWidth, top + row * each];
        const strength = Math.abs(value) / limit;
        context.globalAlpha = 0.9 * strength;
        context.fillStyle = value < 0 ? colors.negative : colors.positive;
        context.fillRect(x, y, cellWidth - (cellWidth > 4 ? 0.5 : 0), each - (each > 4 ? 0.5 : 0));
        context.globalAlpha = 1;
        if (cellWidth < WRITTEN.width || each < WRITTEN.height) continue;
        context.font = `9.5px ${this.font}`;
        context.textAlign = 'center';
        context.fillStyle = strength > 0.62 ? '#fff' : colors.ink;
        context.fillText(number(value), x + cellWidth / 2, y + each / 2 + 0.5);
      }
    }
    this.paintChange(context, name, rows, top + height);
    context.globalAlpha = 0.35;
    context.strokeStyle = colors.ink;
    context.strokeRect(STRIP.left - 0.5, top - 0.5, cellWidth * this.T + 1, height + 1);
    context.globalAlpha = 1;
    context.textAlign = 'left';
    context.font = `600 12px ${this.font}`;
    context.fillStyle = colors[letter];
    context.fillText(letter, 0, top + Math.min(height / 2, 9));
    context.font = `10.5px ${this.font}`;
    context.fillStyle = colors.ink;
    context.fillText(title, 12, top + Math.min(height / 2, 9));
    context.globalAlpha = 0.75;
    context.fillText(`(${rows}, ${this.T})`, 12, top + Math.min(height / 2, 9) + 12);
    const right = STRIP.left + cellWidth * this.T + 4;
    context.fillText(`${number(low)}…`, right, top + Math.min(height / 2, 9));
    context.fillText(number(high), right, top + Math.min(height / 2, 9) + 12);
    context.globalAlpha = 1;
  }

  // Under a strip: how far each step is from the run before.
  paintChange(context, name, rows, y) {
    if (!this.ghost) return;
    const away = Array.from({ length: this.T }, (_, t) => Math.max(...Array.from({ length: rows }, (__, row) => Math.abs(this.at(name, t, row) - this.at(name, t, row, this.ghost)))));
    const most = Math.max(...away);
    context.fillStyle = this.colors.z;
    away.forEach((value, t) => {
      context.globalAlpha = most ? value / most : 0;
      context.fillRect(STRIP.left + t * this.cellWidth, y + 1, this.cellWidth, STRIP.change);
    });
    context.globalAlpha = 1;
  }

  drawStrips() {
    if (!this.stripSize || this.tab !== 'step') return;
    const { width, height } = this.stripSize;
    const context = canvasOf(this.strips, width, height);
    context.drawImage(this.base, 0, 0, width, height);
    const x = STRIP.left + this.t * this.cellWidth;
    const frame = (left, top, wide, tall, color, line) => {
      Object.assign(context, { strokeStyle: color, lineWidth: line });
      context.strokeRect(left, top, wide, tall);
    };
    const last = this.layout.at(-1);
    frame(x - 1, 0.75, this.cellWidth + 1, last.top + last.height + 1, this.colors.paper, 4);
    frame(x - 1, 0.75, this.cellWidth + 1, last.top + last.height + 1, this.colors.ink, 1.5);
    for (const strip of this.layout) {
      const color = this.colors[strip.letter];
      if (strip.part === this.lit) frame(STRIP.left - 1, strip.top - 1, this.cellWidth * this.T + 2, strip.height + 2, color, 2);
      const row = strip.name === 'x' ? (this.target.array === 'x' ? this.target.column : -1) : this.j;
      if (row >= 0) frame(x, strip.top + row * strip.each, Math.max(3, this.cellWidth - 1), Math.max(3, strip.each - 0.5), strip.part === this.lit ? color : this.colors.ink, 2);
    }
    this.tellStrips(context);
  }

  // What is under the pointer; for a screen reader, what stands at the chosen step.
  tellStrips() {
    const { parts } = this.kind;
    const values = parts.map(({ letter, field }) => `${letter} ${number(this.at(field, this.t, this.j))}`).join(', ');
    const aria = { valuemin: 1, valuemax: this.T, valuenow: this.t + 1, valuetext: `step ${this.t + 1} of ${this.T}, unit ${this.j + 1} of ${this.H}: ${values}` };
    Object.entries(aria).forEach(([name, value]) => this.strips.setAttribute(`aria-${name}`, value));
    this.root.dataset.pointed = '';
    if (!this.pointed) return;
    const { strip, t, row } = this.pointed;
    const now = this.at(strip.name, t, row);
    const before = this.ghost ? `, before ${number(this.at(strip.name, t, row, this.ghost), 3)}` : '';
    this.root.dataset.pointed = `${strip.title} ${strip.letter}${sub(row + 1)}, step ${t + 1}: ${number(now, 3)}${before}`;
    this.tag(context, this.root.dataset.pointed, STRIP.left + (t + 0.5) * this.cellWidth, strip.top + (row + 0.5) * strip.each);
  }

  // A label above the place that is pointed at, or below it where there is no room.
  tag(context, text, x, y) {
    Object.assign(context, { font: `11px ${this.font}`, textAlign: 'left', textBaseline: 'middle' });
    const wide = context.measureText(text).width + 10;
    const left = Math.max(0, Math.min(x - wide / 2, this.stripSize.width - wide));
    const top = y > 34 ? y - 28 : y + 12;
    context.fillStyle = this.colors.ink;
    context.fillRect(left, top, wide, 17);
    context.fillStyle = this.colors.paper;
    context.fillText(text, left + 5, top + 9);
  }

  drawLines() {
    const canvas = this.part.lines;
    const width = this.part.side.clientWidth;
    const context = canvasOf(canvas, width, LINES);
    const { parts } = this.kind;
    const fields = parts.map(({ field }) => field);
    const all = fields.flatMap((field) => Array.from({ length: this.T }, (_, t) => this.at(field, t, this.j)));
    const [low, high] = [Math.min(-1, ...all), Math.max(1, ...all)];
    const x = (t) => 24 + ((width - 30) * (t + 0.5)) / this.T;
    const y = (value) => 18 + ((LINES - 32) * (high - value)) / (high - low);
    Object.assign(context, { font: `10px ${this.font}`, fillStyle: this.colors.ink, textBaseline: 'middle', textAlign: 'right' });
    for (const tick of [low, 0, high].filter((value) => !value || Math.abs(y(value) - y(0)) > 9)) {
      context.fillText(number(tick, Number.isInteger(tick) ? 0 : 1), 20, y(tick));
      context.globalAlpha = 0.2;
      context.fillRect(24, y(tick), width - 30, 1);
      context.globalAlpha = 1;
    }
    context.fillRect(x(this.t), 14, 1, LINES - 26);
    const draw = (arrays, field) => {
      context.beginPath();
      for (let t = 0; t < this.T; t += 1) context[t ? 'lineTo' : 'moveTo'](x(t), y(this.at(field, t, this.j, arrays)));
      if (this.T === 1) context.arc(x(0), y(this.at(field, 0, this.j, arrays)), 2.5, 0, 7);
      context.stroke();
    };
    let at = 0;
    context.textAlign = 'left';
    context.fillText(`unit ${this.j + 1}:`, 0, 6);
    parts.forEach(({ letter, field }, n) => {
      Object.assign(context, { strokeStyle: this.colors[letter], lineWidth: n === this.lit ? 2.6 : 1.3 });
      if (this.ghost) {
        context.setLineDash([3, 3]);
        context.globalAlpha = 0.6;
        draw(this.ghost, field);
        context.setLineDash([]);
        context.globalAlpha = 1;
      }
      draw(this.arrays, field);
      context.fillStyle = this.colors[letter];
      context.font = `600 11px ${this.font}`;
      context.fillText(letter, 44 + at, 6);
      at += 15;
    });
    context.font = `10px ${this.font}`;
    context.fillStyle = this.colors.ink;
    if (this.ghost) context.fillText('dashed: before', 50 + at, 6);
    context.textAlign = 'center';
    for (const t of new Set([0, this.T - 1])) context.fillText(t + 1, x(t), LINES - 5);
    context.fillText('step t', (x(0) + x(this.T - 1)) / 2, LINES - 5);
    canvas.setAttribute('aria-label', `Unit ${this.j + 1} over ${this.T} steps: ${parts.map(({ name }) => name).join(', ')}${this.ghost ? '; dashed, the run before' : ''}`);
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
    const { width, height } = this.stripSize;
    const canvas = document.createElement('canvas');
    const context = canvasOf(canvas, width, height + 18);
    context.fillStyle = this.colors.paper;
    context.fillRect(0, 0, width, height + 18);
    context.drawImage(this.strips, 0, 0, width, height);
    Object.assign(context, { fillStyle: this.colors.ink, font: `10.5px ${this.font}` });
    context.fillText(`${this.data.kind}: C = ${this.C}, H = ${this.H}; columns: steps 1 to ${this.T}; framed: t = ${this.t + 1}, unit ${this.j + 1}`, 2, height + 12);
    const link = element('a', '', { href: canvas.toDataURL('image/png'), download: `cell-${this.data.kind}.png` });
    link.click();
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

// The context of `canvas`, cleared, in units of CSS pixels.
function canvasOf(canvas, width, height) {
  const ratio = window.devicePixelRatio || 1;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  const context = canvas.getContext('2d');
  context.scale(ratio, ratio);
  return context;
}
