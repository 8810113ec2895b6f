// One image under a grid, the sequence of its patches, and the token of the patch that is pointed at. A message
// (pages/patches/board) holds everything; what follows the mouse or the arrow keys asks the server for nothing.

const NEAREST = 5; // tokens of the image that are marked as most like the one pointed at
const LABELLED = 24; // px: patches of the sequence that are at least so wide have their place written below
const RANKED = 15; // px: and so wide, their rank among the nearest

export default function patchGrid({ data: [data], parentElement, setStateValue }) {
  const root = parentElement.querySelector('.patch-grid');
  root.grid ??= new PatchGrid(root);
  root.grid.choose = (at) => setStateValue('at', at);
  root.grid.receive(data);
  // Streamlit also runs the clean-up of a call that the next message overtook: only a grid that left the page is closed.
  return () => root.isConnected || root.grid.close();
}

const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
const number = (value, digits = 2) => (Number(value.toFixed(digits)) || 0).toFixed(digits).replace('-', '−'); // no −0.00

class PatchGrid {
  constructor(root) {
    this.root = root;
    const part = (name) => root.querySelector(`.patch-grid-${name}`);
    this.parts = Object.fromEntries(
      ['image', 'sequence', 'patch', 'strip', 'name', 'nearest', 'numbers', 'image-title', 'sequence-title', 'vector-title'].map(
        (name) => [name, part(name)],
      ),
    );
    this.listen(this.parts.image, (x, y) => this.imagePatch(x, y), (key) => this.moveInImage(key));
    this.listen(this.parts.sequence, (x, y) => this.sequencePatch(x, y), (key) => this.moveInSequence(key));
    this.observer = new ResizeObserver(() => this.data && root.clientWidth !== this.drawnWidth && this.draw());
    this.observer.observe(root);
    this.theme = matchMedia('(prefers-color-scheme: dark)');
    this.repaint = () => this.data && this.draw();
    this.theme.addEventListener('change', this.repaint);
  }

  close() {
    this.observer.disconnect();
    this.theme.removeEventListener('change', this.repaint);
  }

  receive(data) {
    const cutAnew = !this.data || data.patch !== this.data.patch;
    this.data = data;
    this.side = data.size / data.patch;
    this.count = this.side * this.side;
    this.source = picture(bytes(data.pixels), data.size);
    const buffer = bytes(data.tokens).buffer;
    const values = new DataView(buffer);
    this.tokens = Float32Array.from({ length: buffer.byteLength / 4 }, (_, i) => values.getFloat32(4 * i, true)); // (N, E)
    this.width = this.tokens.length / this.count; // E
    this.norms = Array.from({ length: this.count }, (_, n) => Math.sqrt(this.product(n, n)));
    this.limit = this.tokens.reduce((most, value) => Math.max(most, Math.abs(value)), 0); // of the image, so that colors compare
    this.places = [];
    data.order.forEach((patch, place) => (this.places[patch] = place));
    this.chosen = Math.floor(data.at[0] / data.patch) * this.side + Math.floor(data.at[1] / data.patch);
    const looking = this.pointed || this.root.contains(document.activeElement);
    if (cutAnew || !looking) this.current = this.chosen;
    this.draw();
  }

  listen(canvas, patchAt, move) {
    const under = (event) => {
      const box = canvas.getBoundingClientRect();
      return patchAt((event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height);
    };
    canvas.addEventListener('pointermove', (event) => {
      this.pointed = true;
      this.point(under(event));
    });
    canvas.addEventListener('pointerleave', () => {
      this.pointed = false;
      this.point(this.chosen);
    });
    canvas.addEventListener('click', (event) => this.take(under(event)));
    canvas.addEventListener('blur', () => this.point(this.chosen));
    canvas.addEventListener('keydown', (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const target = event.key === 'Enter' || event.key === ' ' ? this.current : move(event.key);
      if (target === undefined) return;
      event.preventDefault(); // arrow keys and the space bar would scroll
      if (event.key === 'Enter' || event.key === ' ') this.take(target);
      else this.point(target);
    });
  }

  point(patch) {
    if (patch === undefined || patch === this.current) return;
    this.current = patch;
    this.draw();
  }

  take(patch) {
    if (patch === undefined) return;
    const { patch: p } = this.data;
    this.chosen = this.current = patch;
    this.draw();
    this.choose([Math.floor(patch / this.side) * p, (patch % this.side) * p]);
  }

  imagePatch(x, y) {
    const inside = x >= 0 && y >= 0 && x < 1 && y < 1;
    return inside ? Math.floor(y * this.side) * this.side + Math.floor(x * this.side) : undefined;
  }

  sequencePatch(x, y) {
    const { pitch, line, columns, width, height } = this.layout;
    const column = Math.floor((x * width) / pitch);
    const place = Math.floor((y * height) / line) * columns + column;
    return column < columns && column >= 0 && place >= 0 ? this.data.order[place] : undefined;
  }

  moveInImage(key) {
    const [row, column] = [Math.floor(this.current / this.side), this.current % this.side];
    const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[key];
    if (!step) return this.end(key);
    const inside = (value) => Math.min(this.side - 1, Math.max(0, value));
    return inside(row + step[0]) * this.side + inside(column + step[1]);
  }

  moveInSequence(key) {
    const step = { ArrowUp: -this.layout.columns, ArrowDown: this.layout.columns, ArrowLeft: -1, ArrowRight: 1 }[key];
    if (!step) return this.end(key);
    const place = this.places[this.current] + step;
    return this.data.order[Math.min(this.count - 1, Math.max(0, place))];
  }

  end(key) {
    return { Home: this.data.order[0], End: this.data.order[this.count - 1] }[key];
  }

  product(n, m) {
    let sum = 0;
    for (let k = 0; k < this.width; k += 1) sum += this.tokens[n * this.width + k] * this.tokens[m * this.width + k];
    return sum;
  }

  // The tokens most like that of patch n, by the cosine of the angle between them: [patch, cosine], the nearest first.
  nearest(n) {
    const cosine = (m) => this.product(n, m) / (this.norms[n] * this.norms[m] || 1);
    const others = this.data.order.filter((m) => m !== n).map((m) => [m, cosine(m)]);
    return others.sort((one, other) => other[1] - one[1]).slice(0, NEAREST);
  }

  draw() {
    this.drawnWidth = this.root.clientWidth;
    if (!this.drawnWidth) return;
    const style = getComputedStyle(this.root);
    const read = (name) => style.getPropertyValue(name).trim();
    this.colors = { ink: style.color, run: read('--lab-run'), near: read('--lab-wrong') };
    this.near = this.nearest(this.current);
    this.drawImage();
    this.drawSequence();
    this.drawPatch();
    this.drawVector();
    this.tell();
  }

  drawImage() {
    const width = this.parts.image.parentElement.clientWidth;
    const context = canvasOf(this.parts.image, width, width);
    const cell = width / this.side;
    context.drawImage(this.source, 0, 0, width, width);
    context.strokeStyle = 'rgba(255, 255, 255, 0.55)';
    context.lineWidth = cell < 14 ? 0.5 : 1;
    context.beginPath();
    for (let line = 1; line < this.side; line += 1) {
      context.moveTo(line * cell, 0);
      context.lineTo(line * cell, width);
      context.moveTo(0, line * cell);
      context.lineTo(width, line * cell);
    }
    context.stroke();
    this.drawPath(context, cell);
    const corner = (patch) => [(patch % this.side) * cell, Math.floor(patch / this.side) * cell];
    this.mark(context, corner, cell);
  }

  // The way along which the patches are read; up to the current one it is drawn stronger.
  drawPath(context, cell) {
    const middle = (patch) => [((patch % this.side) + 0.5) * cell, (Math.floor(patch / this.side) + 0.5) * cell];
    const line = (patches, color, lineWidth) => {
      context.beginPath();
      patches.forEach((patch) => context.lineTo(...middle(patch)));
      Object.assign(context, { strokeStyle: color, lineWidth, lineJoin: 'round', lineCap: 'round' });
      context.stroke();
    };
    const { order } = this.data;
    const thin = Math.min(1.5, cell / 8);
    line(order, 'rgba(0, 0, 0, 0.25)', thin + 1);
    line(order, 'rgba(255, 255, 255, 0.4)', thin);
    const read = order.slice(0, this.places[this.current] + 1);
    line(read, 'rgba(0, 0, 0, 0.55)', thin + 1.2);
    line(read, '#fff', thin);
  }

  drawSequence() {
    const { image, sequence } = this.parts;
    const [width, height] = [sequence.parentElement.clientWidth, image.parentElement.clientWidth];
    this.layout = arrange(this.count, width, height);
    const { pitch, line, columns, cell } = this.layout;
    const context = canvasOf(sequence, width, this.layout.height);
    const { patch: p, order } = this.data;
    const corner = (patch) => {
      const place = this.places[patch];
      return [(place % columns) * pitch, Math.floor(place / columns) * line];
    };
    Object.assign(context, { textAlign: 'center', textBaseline: 'top', font: `10px ${getComputedStyle(this.root).fontFamily}` });
    order.forEach((patch, place) => {
      const [x, y] = corner(patch);
      context.drawImage(this.source, (patch % this.side) * p, Math.floor(patch / this.side) * p, p, p, x, y, cell, cell);
      if (cell < LABELLED) return;
      context.fillStyle = this.colors.ink;
      context.fillText(place + 1, x + cell / 2, y + cell + 2);
    });
    this.mark(context, corner, cell);
  }

  // Frames around the current patch and around those whose tokens are nearest to it, with their rank.
  mark(context, corner, cell) {
    const frame = (patch, color, lineWidth) => {
      const [x, y] = corner(patch);
      const outline = (style, wide) => {
        Object.assign(context, { strokeStyle: style, lineWidth: wide });
        context.strokeRect(x + lineWidth / 2, y + lineWidth / 2, cell - lineWidth, cell - lineWidth);
      };
      outline('#fff', lineWidth + 2);
      outline(color, lineWidth);
    };
    const thick = cell < 14 ? 1.5 : 2.5;
    this.near.forEach(([patch], rank) => {
      frame(patch, this.colors.near, thick);
      if (cell < RANKED) return;
      const [x, y] = corner(patch);
      const font = `600 11px ${getComputedStyle(this.root).fontFamily}`;
      Object.assign(context, { fillStyle: this.colors.near, font, textAlign: 'center', textBaseline: 'middle' });
      context.fillRect(x, y, 13, 13);
      context.fillStyle = '#fff';
      context.fillText(rank + 1, x + 6.5, y + 7);
    });
    frame(this.current, this.colors.run, thick + 1);
  }

  drawPatch() {
    const { patch: p } = this.data;
    const context = canvasOf(this.parts.patch, 72, 72);
    context.drawImage(this.source, (this.current % this.side) * p, Math.floor(this.current / this.side) * p, p, p, 0, 0, 72, 72);
  }

  drawVector() {
    const { strip, numbers } = this.parts;
    const token = this.tokens.subarray(this.current * this.width, (this.current + 1) * this.width);
    const wide = strip.parentElement.clientWidth;
    const context = canvasOf(strip, wide, 14);
    token.forEach((value, k) => {
      context.globalAlpha = Math.min(1, Math.abs(value) / (this.limit || 1));
      context.fillStyle = value < 0 ? this.colors.near : this.colors.run;
      context.fillRect((k * wide) / this.width, 0, wide / this.width, 14);
    });
    numbers.textContent = Array.from(token, (value) => number(value)).join(', ');
  }

  tell() {
    const { data, count, side, current, near, parts } = this;
    const place = this.places[current] + 1;
    const where = `row ${Math.floor(current / side) + 1}, column ${(current % side) + 1}`;
    parts['image-title'].textContent = data.label;
    parts['sequence-title'].textContent = count > 1 ? `In reading order: ${count.toLocaleString('en')} tokens` : 'One token: the whole image';
    parts.name.textContent = `Token ${place} of ${count.toLocaleString('en')} · ${where}`;
    const [low, high] = [-this.limit, this.limit].map((value) => number(value, 1));
    parts['vector-title'].replaceChildren(
      text('span', `Its vector: ${this.width} numbers`),
      text('span', `orange ${low} … 0 … blue ${high}`),
    );
    parts.nearest.replaceChildren(
      text('div', near.length ? 'Nearest tokens here (cosine):' : 'There is no other token to compare it with.'),
      ...near.map(([patch, cosine], rank) => {
        const item = text('span', ` place ${this.places[patch] + 1}: ${number(cosine, 3)}`);
        item.prepend(text('i', rank + 1));
        return item;
      }),
    );
    const spoken = `${where}, place ${place} of ${count}; nearest ${near.map(([patch]) => `place ${this.places[patch] + 1}`).join(', ') || 'none'}`;
    for (const canvas of [parts.image, parts.sequence]) {
      Object.entries({ valuemin: 1, valuemax: count, valuenow: place, valuetext: spoken }).forEach(([name, value]) =>
        canvas.setAttribute(`aria-${name}`, value),
      );
    }
    const shown = { patches: count, current, place, chosen: this.chosen, nearest: near.map(([patch]) => patch).join(' ') };
    Object.assign(this.root.dataset, shown, { cosines: near.map(([, cosine]) => cosine.toFixed(6)).join(' ') }); // for tests
  }
}

// The largest squares that let `count` of them, in lines, fill `width` x `height`.
function arrange(count, width, height) {
  let best;
  for (let columns = 1; columns <= count; columns += 1) {
    const pitch = width / columns;
    const gap = Math.min(6, Math.max(1, pitch * 0.15));
    const cell = Math.min(pitch - gap, 96);
    const line = cell + gap + (cell >= LABELLED ? 10 : 0);
    const lines = Math.ceil(count / columns);
    if (lines * line <= height && cell > (best?.cell ?? 0)) best = { columns, cell, line, pitch: cell + gap, width, height: lines * line };
  }
  return best ?? { columns: count, cell: width / count, line: height, pitch: width / count, width, height };
}

function picture(rgb, size) {
  const canvas = Object.assign(document.createElement('canvas'), { width: size, height: size });
  const pixels = new ImageData(size, size);
  for (let i = 0; i < size * size; i += 1) pixels.data.set([rgb[3 * i], rgb[3 * i + 1], rgb[3 * i + 2], 255], 4 * i);
  canvas.getContext('2d').putImageData(pixels, 0, 0);
  return canvas;
}

// The context of `canvas`, cleared, in units of CSS pixels, with sharp image pixels.
function canvasOf(canvas, width, height) {
  const ratio = window.devicePixelRatio || 1;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  canvas.style.height = `${height}px`;
  const context = canvas.getContext('2d');
  context.scale(ratio, ratio);
  context.imageSmoothingEnabled = false;
  return context;
}

function text(tag, content) {
  return Object.assign(document.createElement(tag), { textContent: content });
}
