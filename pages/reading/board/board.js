// Readers of one picture on one scrub bar. A message (pages/reading/view.py) holds everything; the scrub bar, the pointer and the keys ask
// the server for nothing. Where they came to rest is sent for the page's link.
const SIDE = 32; // pixels of the picture
const SCALE = 8; // of a row's canvas
const BARS = 5; // most probable classes of a row
const REST = 500; // ms without a move, then the view is sent
const PACE = 4000; // ms that reading the whole picture takes
const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export default function readingBoard({ data: [data], parentElement, setStateValue }) {
  const root = parentElement.querySelector('.reading');
  root.board ??= new ReadingBoard(root);
  root.board.send = (view) => setStateValue('view', view);
  root.board.receive(data);
}

class ReadingBoard {
  constructor(root) {
    this.root = root;
    this.scrub = root.querySelector('.reading-scrub');
    this.rows = new Map();
    this.path = [];
    this.scrub.addEventListener('input', () => this.go(Number(this.scrub.value)));
    root.addEventListener('click', ({ target }) => {
      if (target.dataset.act === 'play') this.play();
      if (target.dataset.act === 'forget') this.choose([]);
    });
  }

  // ---- messages ----

  receive(data) {
    const fresh = !this.data?.readers.length; // before torch is loaded nobody reads
    const cutAnew = !fresh && data.of !== this.data.of;
    this.pixels = bytes(data.pixels);
    if (fresh) Object.assign(this, { t: data.t, path: data.path });
    if (cutAnew) Object.assign(this, { t: Math.round((this.t / this.data.of) * data.of), path: [] });
    if (data.picture !== this.data?.picture) for (const row of this.rows.values()) row.erased = false;
    this.data = data;
    this.scrub.max = data.of;
    this.showRows();
    this.notes();
    this.draw();
    if (cutAnew) this.rest();
    this.root.dataset.picture = data.picture; // tells a test what is on the board
  }

  // The view goes to the server once it has come to rest: one message, not one a frame.
  rest() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.send({ t: this.t, of: this.data.of, path: this.path.join('-') }), REST);
  }

  // ---- the scrub bar ----

  go(t) {
    this.t = Math.min(this.data.of, Math.max(0, t));
    this.draw();
    this.rest();
  }

  play() {
    if (this.playing) return this.stop();
    if (this.t >= this.data.of) this.t = 0;
    const from = this.t;
    const start = performance.now();
    const step = (now) => {
      if (!this.playing || !this.root.isConnected) return;
      const t = from + Math.floor(((now - start) / PACE) * this.data.of);
      if (t !== this.t) this.go(t);
      if (this.t >= this.data.of) this.stop();
      else this.playing = requestAnimationFrame(step);
    };
    this.playing = requestAnimationFrame(step);
    this.playButton();
    return undefined;
  }

  stop() {
    cancelAnimationFrame(this.playing);
    this.playing = null;
    this.playButton();
  }

  playButton() {
    this.root.querySelector('[data-act=play]').textContent = this.playing ? 'Stop' : 'Play';
  }

  // Patches that a reader with `tokens` of them has read in full: all rows of pixels are read in the same order.
  read(tokens) {
    return Math.floor((this.t * tokens) / this.data.of);
  }

  // ---- paths ----

  choose(path) {
    this.path = path;
    this.draw();
    this.rest();
  }

  // A patch of one reader was picked; it is kept in patches of the finest grid, so that all readers can say what it is for them.
  pick(reader, patch) {
    const fine = convert(patch, reader.tokens, this.data.of);
    this.choose(this.path.length === 1 ? [this.path[0], fine] : [fine]);
  }

  // ---- rows ----

  showRows() {
    const list = this.root.querySelector('.reading-rows');
    const wanted = new Set(this.data.readers.map((reader) => reader.id));
    for (const [id, row] of this.rows) {
      if (!wanted.has(id)) {
        row.element.remove();
        this.rows.delete(id);
      }
    }
    this.data.readers.forEach((reader, place) => {
      let row = this.rows.get(reader.id);
      if (!row) {
        row = newRow(reader.id);
        this.rows.set(reader.id, row);
        this.listen(row);
      }
      row.set(reader, this.data.label);
      if (list.children[place] !== row.element) list.insertBefore(row.element, list.children[place] ?? null);
    });
  }

  listen(row) {
    const { canvas, plot } = row;
    const scrub = (event) => {
      const box = plot.getBoundingClientRect();
      this.go(Math.round(((event.clientX - box.left) / box.width) * this.data.of));
    };
    plot.addEventListener('pointerdown', (event) => {
      if (event.button) return;
      plot.setPointerCapture(event.pointerId);
      this.stop();
      scrub(event);
    });
    plot.addEventListener('pointermove', (event) => plot.hasPointerCapture(event.pointerId) && scrub(event));
    canvas.addEventListener('click', (event) => {
      const box = canvas.getBoundingClientRect();
      const side = Math.sqrt(row.reader.tokens);
      const [column, line] = [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height].map((v) => Math.floor(v * side));
      if (column < 0 || line < 0 || column >= side || line >= side) return;
      row.cursor = line * side + column;
      this.pick(row.reader, row.cursor);
    });
    canvas.addEventListener('keydown', (event) => this.press(event, row));
    canvas.addEventListener('focus', () => this.draw());
    canvas.addEventListener('blur', () => this.draw());
    row.button.addEventListener('click', () => {
      row.erased = !row.erased;
      this.draw();
    });
  }

  press(event, row) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const side = Math.sqrt(row.reader.tokens);
    const step = STEPS[event.key];
    if (step) {
      const inside = (value) => Math.min(side - 1, Math.max(0, value));
      row.cursor = inside(Math.floor(row.cursor / side) + step[1]) * side + inside((row.cursor % side) + step[0]);
      this.draw();
    } else if (event.key === ' ' || event.key === 'Enter') this.pick(row.reader, row.cursor);
    else if (event.key === 'Escape') this.choose([]);
    else return;
    event.preventDefault(); // the page would scroll
    event.stopPropagation();
  }

  draw() {
    const { of: most } = this.data;
    this.scrub.value = this.t;
    this.root.querySelector('.reading-t').textContent = `t = ${this.t} of ${most}`;
    this.root.querySelector('[data-act=forget]').disabled = this.path.length === 0;
    const said = [];
    for (const { id } of this.data.readers) {
      const row = this.rows.get(id);
      const path = this.path.map((patch) => convert(patch, most, row.reader.tokens));
      row.draw(this.read(row.reader.tokens), this.pixels, path);
      if (row.said) said.push(row.said);
    }
    this.scrub.ariaValueText = [`${this.t} of ${most} patches read`, ...said].join('; ');
    this.root.querySelector('.reading-place').textContent = this.pathWords();
    this.root.dataset.t = this.t;
    this.root.dataset.path = this.path.join('-');
  }

  pathWords() {
    if (!this.data.readers.length) return '';
    if (!this.path.length) return 'Path between two patches: click them on a picture, or choose with arrow keys and Enter.';
    if (this.path.length === 1) return 'Now the patch where the path ends.';
    const words = this.data.readers.map((reader) => {
      const [from, to] = this.path.map((patch) => convert(patch, this.data.of, reader.tokens));
      return `${reader.name}, patch ${from + 1} → ${to + 1}: ${steps(reader, from, to)}, back: ${steps(reader, to, from)}`;
    });
    return `${words.join(' · ')}.`;
  }

  notes() {
    this.root.querySelector('.reading-notes').replaceChildren(
      ...this.data.notes.map((text) => {
        const line = make('p');
        line.textContent = text;
        return line;
      }),
    );
  }
}

// Steps from token `from` to the output of token `to`, as the message says for their distance.
function steps(reader, from, to) {
  const count = reader.steps[to - from + reader.tokens - 1];
  return count < 0 ? 'impossible' : `${count} step${count === 1 ? '' : 's'}`;
}

// The patch of a grid of `to` patches that holds the middle of `patch` of a grid of `from`.
function convert(patch, from, to) {
  const [side, wanted] = [Math.sqrt(from), Math.sqrt(to)];
  const place = (value) => Math.floor(((value + 0.5) / side) * wanted);
  return place(Math.floor(patch / side)) * wanted + place(patch % side);
}

// ---- one reader ----

function newRow(id) {
  const row = new Row();
  row.element.dataset.run = id;
  return row;
}

class Row {
  constructor() {
    this.element = make('div', 'reading-row');
    this.element.role = 'listitem';
    this.canvas = make('canvas', 'reading-picture');
    this.canvas.width = this.canvas.height = SIDE * SCALE;
    this.canvas.tabIndex = 0;
    this.canvas.role = 'application';
    this.title = make('div', 'reading-title');
    this.plot = make('div', 'reading-plot');
    this.plot.role = 'img';
    this.lines = svg('svg', { viewBox: '0 0 1 1', preserveAspectRatio: 'none' });
    this.now = make('i', 'reading-now');
    this.known = make('span', 'reading-known');
    this.axis = make('div', 'reading-axis');
    this.plot.append(this.lines, this.known, this.now, this.axis);
    this.bars = make('div', 'reading-bars');
    this.bars.role = 'img';
    this.foot = make('div', 'reading-mind');
    this.words = make('span');
    this.button = make('button');
    this.button.type = 'button';
    this.foot.append(this.words, this.button);
    this.element.append(this.title, this.canvas, this.plot, this.bars, this.foot);
    this.cursor = 0;
    this.erased = false;
  }

  set(reader, label) {
    this.reader = reader;
    this.cursor = Math.min(this.cursor, reader.tokens - 1);
    const name = make('b');
    name.textContent = reader.name;
    const words = make('span');
    words.textContent = ` ${reader.told}`;
    this.title.replaceChildren(name, words);
    this.element.classList.toggle('failed', !!reader.problem);
    this.button.hidden = !reader.mind?.patches.length;
    if (reader.problem) return;
    this.values = floats(reader.beliefs); // (T + 1) * K
    this.true = reader.classes.indexOf(label);
    this.curves();
  }

  p(t, k) {
    return this.values[t * this.reader.classes.length + k];
  }

  look(k) {
    if (k === this.true) return 'true';
    return k === this.reader.answer ? (this.true < 0 ? 'told' : 'false') : '';
  }

  curves() {
    const { tokens, classes, known, answer } = this.reader;
    const all = [...classes.keys()];
    const special = all.filter((k) => this.look(k));
    const plain = all.filter((k) => !this.look(k));
    const line = (k) => {
      const points = Array.from({ length: tokens + 1 }, (_, t) => `${(t / tokens).toFixed(4)},${(1 - this.p(t, k)).toFixed(4)}`).join(' ');
      return svg('polyline', { points, class: this.look(k), 'vector-effect': 'non-scaling-stroke' });
    };
    const grid = [0, 0.5, 1].map((y) => svg('line', { x1: 0, x2: 1, y1: y, y2: y, class: 'grid', 'vector-effect': 'non-scaling-stroke' }));
    this.lines.replaceChildren(...grid, ...[...plain, ...special].map(line));
    this.known.style.left = `${(100 * known) / tokens}%`;
    this.known.classList.toggle('left', known > tokens / 2);
    const words = make('b');
    words.textContent = `${classes[answer]} from ${known} on`;
    this.known.replaceChildren(words);
    this.axis.replaceChildren(
      ...[0, tokens / 4, tokens / 2, (3 * tokens) / 4, tokens].filter(Number.isInteger).map((t) => {
        const tick = make('span');
        tick.textContent = t;
        tick.style.left = `${(100 * t) / tokens}%`;
        return tick;
      }),
    );
    this.plot.ariaLabel = `Probability of each class of ${this.reader.name} after 0 to ${tokens} patches: ${this.reader.knew}`;
  }

  draw(t, pixels, path) {
    const { reader } = this;
    this.said = '';
    const erased = this.erased && reader.mind?.patches.length ? reader.mind.patches : null;
    this.button.ariaPressed = String(!!erased);
    this.button.textContent = erased ? 'As it was' : 'Erase';
    this.plot.classList.toggle('faded', !!erased); // it is of the whole picture
    this.words.textContent = reader.problem || this.told(erased);
    this.paint(erased ? reader.tokens : t, pixels, erased, path);
    if (reader.problem) return;
    this.now.style.left = `${(100 * t) / reader.tokens}%`;
    const values = erased ? floats(reader.mind.after) : this.values.subarray(t * reader.classes.length, (t + 1) * reader.classes.length);
    const order = [...values.keys()].sort((a, b) => values[b] - values[a] || a - b);
    if (order.indexOf(this.true) >= BARS) order.splice(BARS - 1, 0, this.true); // the true class is always in sight
    order.length = Math.min(order.length, BARS);
    this.bars.replaceChildren(
      ...order.map((k) => {
        const bar = make('div', `reading-class ${this.look(k)}`);
        bar.style.setProperty('--p', values[k]);
        const name = make('span');
        name.textContent = reader.classes[k];
        const number = make('b');
        number.textContent = `${(100 * values[k]).toFixed(0)} %`;
        bar.append(name, number);
        return bar;
      }),
    );
    this.said = `${reader.name} ${reader.classes[order[0]]} ${(100 * values[order[0]]).toFixed(0)} percent`;
    this.bars.ariaLabel = `${erased ? 'Erased' : `After ${t} patches`}: ${order.map((k) => `${reader.classes[k]} ${(100 * values[k]).toFixed(0)} %`).join(', ')}`;
    this.canvas.ariaLabel = `The first ${t} of ${reader.tokens} patches, as ${reader.name} has read them. Arrow keys choose a patch, Enter takes it as an end of a path, Escape forgets the path.`;
  }

  // What stands below the bars: of the whole picture, or of what is left of it.
  told(erased) {
    const { reader } = this;
    if (!erased) return `${reader.knew} ${reader.mind.words}`;
    const after = floats(reader.mind.after);
    const first = after.indexOf(Math.max(...after));
    return `Without ${erased.length === 1 ? 'this patch' : `these ${erased.length} patches`} it says ${reader.classes[first]}. The faded curve is of the whole picture.`;
  }

  // The picture: what has been read as it is, the rest in pale grey; erased patches in the mean color.
  paint(t, pixels, erased, path) {
    const { patch, color, mind } = this.reader;
    const side = SIDE / patch;
    const image = new ImageData(SIDE, SIDE);
    for (let i = 0; i < SIDE * SIDE; i += 1) {
      const own = Math.floor(Math.floor(i / SIDE) / patch) * side + Math.floor((i % SIDE) / patch);
      let rgb = pixels.subarray(3 * i, 3 * i + 3);
      if (erased?.includes(own)) rgb = color;
      else if (own >= t) rgb = Array(3).fill(150 + 0.22 * (0.299 * rgb[0] + 0.587 * rgb[1] + 0.114 * rgb[2]));
      image.data.set([...rgb, 255], 4 * i);
    }
    sheet.getContext('2d').putImageData(image, 0, 0);
    const pen = this.canvas.getContext('2d');
    pen.imageSmoothingEnabled = false;
    pen.drawImage(sheet, 0, 0, SIDE * SCALE, SIDE * SCALE);
    const size = patch * SCALE;
    const frame = (index, line) => {
      const [x, y] = [(index % side) * size, Math.floor(index / side) * size];
      for (const [width, style] of [[7, '#fff'], [4, line]]) {
        pen.lineWidth = width;
        pen.strokeStyle = style;
        pen.strokeRect(x + 2, y + 2, size - 4, size - 4);
      }
    };
    const accent = (name) => getComputedStyle(this.canvas).getPropertyValue(name);
    if (!erased && t > 0 && t < side * side) frame(t - 1, accent('--lab-run'));
    for (const index of erased ?? []) frame(index, accent('--lab-wrong'));
    if (this.canvas === document.activeElement && this.canvas.matches(':focus-visible')) frame(this.cursor, '#111');
    this.route(pen, path, side, size, accent('--lab-wrong'));
  }

  // The way of the news from one patch to another: along the sequence, or straight.
  route(pen, path, side, size, color) {
    if (!path.length) return;
    const middle = (index) => [((index % side) + 0.5) * size, (Math.floor(index / side) + 0.5) * size];
    const [from, to = from] = path;
    const never = this.reader.steps[to - from + this.reader.tokens - 1] < 0;
    const direct = this.reader.way === 'attention' || never;
    const stops = direct ? [from, to] : Array.from({ length: Math.abs(to - from) + 1 }, (_, k) => from + Math.sign(to - from) * k);
    pen.setLineDash(never ? [3, 12] : []);
    const thin = Math.min(4, size / 8);
    for (const [width, style] of [[2 * thin, '#fff'], [thin, color]]) {
      pen.lineWidth = width;
      pen.strokeStyle = pen.fillStyle = style;
      pen.beginPath();
      stops.forEach((stop) => pen.lineTo(...middle(stop)));
      pen.stroke();
      for (const end of [from, to]) {
        pen.beginPath();
        pen.arc(...middle(end), 5 + width, 0, 2 * Math.PI);
        pen.fill();
      }
    }
    pen.setLineDash([]);
    pen.fillStyle = '#fff';
    pen.beginPath();
    pen.arc(...middle(to), 4, 0, 2 * Math.PI); // where it ends
    pen.fill();
  }
}

const sheet = document.createElement('canvas');
sheet.width = sheet.height = SIDE;

function make(tag, className = '') {
  const element = document.createElement(tag);
  element.className = className;
  return element;
}

function svg(tag, attributes) {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

function bytes(base64) {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}

function floats(base64) {
  const view = new DataView(bytes(base64).buffer);
  return Float32Array.from({ length: view.byteLength / 4 }, (_, i) => view.getFloat32(4 * i, true));
}
