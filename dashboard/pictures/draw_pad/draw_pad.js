// A sheet of SIDE x SIDE pixels. Every stroke ends in one PNG for the server; nothing else is sent.
const SIDE = 32;
const PAPER = '#ffffff';
const UNDO = 30; // strokes that can be taken back
const TYPING_PAUSE = 250; // ms after the last key before a stroke by keyboard is sent
const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export default function drawPad({ data: [start], parentElement, setStateValue }) {
  const root = parentElement.querySelector('.draw-pad');
  root.pad ??= new DrawPad(root, start);
  root.pad.send = (png) => setStateValue('png', png);
}

class DrawPad {
  constructor(root, start) {
    this.root = root;
    this.canvas = root.querySelector('canvas');
    this.mark = root.querySelector('.draw-sheet i');
    this.pen = this.canvas.getContext('2d', { willReadFrequently: true });
    this.width = root.querySelector('input[type=range]');
    this.at = [SIDE / 2, SIDE / 2]; // the cursor of the keyboard
    this.undone = [];
    this.fillAll(PAPER);
    this.choose('tool', 'pen');
    this.choose('color', root.querySelector('[data-color]').dataset.color);
    if (start.startsWith('data:image/png;base64,')) this.load(start);
    this.listen();
  }

  load(uri) {
    const image = new Image();
    image.onload = () => this.pen.drawImage(image, 0, 0, SIDE, SIDE);
    image.src = uri;
  }

  listen() {
    this.root.addEventListener('click', ({ target }) => {
      const { tool, color, act } = target.dataset;
      if (tool) this.choose('tool', tool);
      if (color) this.choose('color', color);
      if (act) this[act]();
    });
    this.root.querySelector('input[type=color]').addEventListener('input', ({ target }) => this.choose('color', target.value));
    this.canvas.addEventListener('pointerdown', (event) => this.begin(event));
    this.canvas.addEventListener('pointermove', (event) => this.go(event));
    for (const end of ['pointerup', 'pointercancel']) this.canvas.addEventListener(end, () => this.end());
    this.canvas.addEventListener('keydown', (event) => this.press(event));
  }

  choose(kind, value) {
    this[kind] = value;
    for (const button of this.root.querySelectorAll(`[data-${kind}]`)) button.ariaPressed = String(button.dataset[kind] === value);
    if (kind === 'color' && this.tool === 'eraser') this.choose('tool', 'pen'); // who takes a color wants to see it
  }

  // ---- strokes ----

  begin(event) {
    if (event.button) return;
    this.canvas.setPointerCapture(event.pointerId);
    this.keep();
    this.last = this.place(event);
    this.paint(this.last, this.last);
  }

  go(event) {
    if (!this.last || this.tool === 'fill') return;
    for (const point of event.getCoalescedEvents?.() ?? [event]) {
      const here = this.place(point);
      this.paint(this.last, here);
      this.last = here;
    }
  }

  end() {
    if (!this.last) return;
    this.last = null;
    this.tell();
  }

  press(event) {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'z') return this.stop(event, () => this.undo());
    const step = STEPS[event.key];
    if (step) {
      return this.stop(event, () => {
        const here = this.at.map((value, axis) => Math.min(SIDE - 1, Math.max(0, value + step[axis])));
        if (event.shiftKey && this.tool !== 'fill') this.type(this.at, here);
        this.at = here;
        this.show();
      });
    }
    if (event.key === ' ' || event.key === 'Enter') this.stop(event, () => this.type(this.at, this.at));
    return undefined;
  }

  stop(event, act) {
    event.preventDefault(); // the page would scroll
    event.stopPropagation();
    act();
  }

  // What keys paint within a short while is one stroke.
  type(from, to) {
    if (!this.typing) this.keep();
    clearTimeout(this.typing);
    this.paint(from, to);
    this.show();
    this.typing = setTimeout(() => {
      this.typing = 0;
      this.tell();
    }, TYPING_PAUSE);
  }

  place(event) {
    const box = this.canvas.getBoundingClientRect();
    return [(SIDE * (event.clientX - box.left)) / box.width, (SIDE * (event.clientY - box.top)) / box.height].map(Math.floor);
  }

  show() {
    this.mark.style.left = `${(100 * this.at[0]) / SIDE}%`;
    this.mark.style.top = `${(100 * this.at[1]) / SIDE}%`;
  }

  // ---- pixels ----

  paint(from, to) {
    if (this.tool === 'fill') return this.flood(to);
    this.pen.fillStyle = this.tool === 'eraser' ? PAPER : this.color;
    const steps = Math.max(1, Math.abs(to[0] - from[0]), Math.abs(to[1] - from[1]));
    for (let i = 0; i <= steps; i += 1) this.dot(...from.map((value, axis) => Math.round(value + ((to[axis] - value) * i) / steps)));
    return undefined;
  }

  dot(x, y) {
    const width = Number(this.width.value);
    const first = -Math.floor((width - 1) / 2);
    const middle = first + (width - 1) / 2;
    for (let dy = first; dy < first + width; dy += 1) {
      for (let dx = first; dx < first + width; dx += 1) {
        if (Math.hypot(dx - middle, dy - middle) <= width / 2) this.pen.fillRect(x + dx, y + dy, 1, 1);
      }
    }
  }

  // Everything of one color that touches the pixel at `start`.
  flood(start) {
    const image = this.pen.getImageData(0, 0, SIDE, SIDE);
    const pixels = new Uint32Array(image.data.buffer);
    const index = ([x, y]) => y * SIDE + x;
    const inside = ([x, y]) => x >= 0 && y >= 0 && x < SIDE && y < SIDE;
    if (!inside(start)) return;
    const before = pixels[index(start)];
    this.pen.fillStyle = this.color;
    this.pen.fillRect(...start, 1, 1);
    const after = new Uint32Array(this.pen.getImageData(...start, 1, 1).data.buffer)[0];
    const waiting = before === after ? [] : [start];
    while (waiting.length) {
      const [x, y] = waiting.pop();
      if (inside([x, y]) && pixels[index([x, y])] === before) {
        pixels[index([x, y])] = after;
        waiting.push([x + 1, y], [x - 1, y], [x, y + 1], [x, y - 1]);
      }
    }
    if (before !== after) this.pen.putImageData(image, 0, 0);
  }

  fillAll(color) {
    this.pen.fillStyle = color;
    this.pen.fillRect(0, 0, SIDE, SIDE);
  }

  keep() {
    this.undone.push(this.pen.getImageData(0, 0, SIDE, SIDE));
    if (this.undone.length > UNDO) this.undone.shift();
  }

  undo() {
    const before = this.undone.pop();
    if (!before) return;
    this.pen.putImageData(before, 0, 0);
    this.tell();
  }

  clear() {
    this.keep();
    this.fillAll(PAPER);
    this.tell();
  }

  tell() {
    this.send(this.canvas.toDataURL('image/png'));
  }
}
