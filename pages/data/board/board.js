// All images of a page come on one sheet; their numbers are read back from it (a PNG keeps every byte). A choice, a view and the pixel under
// the mouse are answered here. The arithmetic is that of core/data/splits.py, in float32 like there.

const SIDE = 32; // pixels of an image
const AROUND = 2; // pixels shown as numbers on each side of the one pointed at
const TELL_PAUSE = 300; // ms without another choice, after which the page is told
const CHANNELS = ['red', 'green', 'blue'];
const f32 = Math.fround;
const number = (value, digits) => value.toFixed(digits).replace('-', '−').replace(/^−(0(\.0*)?)$/, '$1');

export default function gallery({ data: [data], parentElement, setStateValue }) {
  const root = parentElement.querySelector('.gallery');
  root.gallery ??= new Gallery(root);
  root.gallery.tell = (id) => setStateValue('chosen', id);
  root.gallery.receive(data);
  return () => root.isConnected || clearTimeout(root.gallery.timer);
}

class Gallery {
  constructor(root) {
    this.find = (selector) => root.querySelector(selector);
    this.root = root;
    this.grid = this.find('.gallery-grid');
    this.canvas = this.find('canvas');
    this.view = 'stored';
    this.row = this.column = SIDE / 2;
    this.grid.onkeydown = (event) => this.walk(event);
    this.canvas.onpointermove = this.canvas.onpointerdown = (event) => this.point(event);
    this.canvas.onkeydown = (event) => this.step(event);
  }

  async receive(data) {
    const [sheet, constants] = [this.data?.sheet, this.constants];
    this.data = data;
    this.constants = JSON.stringify([data.mean, data.std, data.backs]);
    if (sheet !== data.sheet) {
      this.pixels = undefined;
      this.drawGrid();
      const pixels = await pixelsOf(data.sheet);
      if (this.data.sheet !== data.sheet) return; // another page came meanwhile
      this.pixels = pixels;
      this.place = Math.max(0, data.images.findIndex(([id]) => id === data.start));
    } else if (!this.pixels || constants === this.constants) return; // still being read, or nothing new
    this.drawViews();
    this.choose(this.place, false);
  }

  drawGrid() {
    const { sheet, columns, images } = this.data;
    const rows = Math.ceil(images.length / columns);
    this.grid.style.setProperty('--columns', columns);
    this.grid.style.setProperty('--rows', rows);
    this.grid.style.setProperty('--sheet', `url(${sheet})`);
    this.grid.replaceChildren(
      ...images.map(([, name, what], place) => {
        const button = document.createElement('button');
        button.type = 'button';
        button.tabIndex = -1;
        button.setAttribute('role', 'option');
        button.setAttribute('aria-label', `${what}: ${name}`);
        button.title = `${name} · ${what}`;
        button.style.backgroundPosition = `${(100 * (place % columns)) / Math.max(1, columns - 1)}% ${
          (100 * Math.floor(place / columns)) / Math.max(1, rows - 1)
        }%`;
        button.onclick = () => this.choose(place, true);
        return button;
      }),
    );
  }

  drawViews() {
    const views = [['stored', 'stored']];
    if (this.data.mean) {
      const backs = this.data.backs.map(([name], which) => [`${which}`, which ? `back with ${name}` : 'back']);
      views.push(['normalised', 'normalised'], ...backs);
    }
    if (!views.some(([view]) => view === this.view)) this.view = 'stored';
    this.find('.gallery-views').replaceChildren(
      ...views.map(([view, text]) => {
        const label = document.createElement('label');
        const input = document.createElement('input');
        input.type = 'radio';
        input.name = 'gallery-view';
        input.checked = view === this.view;
        input.onchange = () => {
          this.view = view;
          this.drawOne();
        };
        label.append(input, text);
        return label;
      }),
    );
  }

  choose(place, byHand) {
    this.place = place;
    [...this.grid.children].forEach((button, which) => {
      button.setAttribute('aria-selected', which === place);
      button.tabIndex = which === place ? 0 : -1;
    });
    if (this.pixels) this.drawOne();
    if (!byHand) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.tell(this.data.images[place][0]), TELL_PAUSE);
  }

  // Arrow keys in the grid choose as they go.
  walk(event) {
    const { columns, images } = this.data;
    const by = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns, Home: -this.place, End: images.length - 1 - this.place };
    const place = this.place + by[event.key];
    if (!(place >= 0 && place < images.length)) return;
    event.preventDefault();
    this.choose(place, true);
    this.grid.children[place].focus();
  }

  point(event) {
    const box = this.canvas.getBoundingClientRect();
    this.moveTo(Math.floor((SIDE * (event.clientY - box.top)) / box.height), Math.floor((SIDE * (event.clientX - box.left)) / box.width));
  }

  step(event) {
    const [down, right] = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key] ?? [0, 0];
    if (!down && !right) return;
    event.preventDefault();
    this.moveTo(this.row + down, this.column + right);
  }

  moveTo(row, column) {
    const inside = (at) => Math.min(SIDE - 1, Math.max(0, at));
    [row, column] = [inside(row), inside(column)];
    if (!this.pixels || (row === this.row && column === this.column)) return;
    [this.row, this.column] = [row, column];
    this.drawPixel();
  }

  stored(channel, row, column) {
    const { columns } = this.data;
    const y = Math.floor(this.place / columns) * SIDE + row;
    const x = (this.place % columns) * SIDE + column;
    return this.pixels.data[4 * (y * this.pixels.width + x) + channel];
  }

  normalised(channel, value) {
    const { mean, std } = this.data;
    return f32(f32(value - f32(f32(mean[channel]) * 255)) / f32(f32(std[channel]) * 255));
  }

  back(which, channel, value) {
    const [, mean, std] = this.data.backs[which];
    const float = f32(f32(this.normalised(channel, value) * f32(f32(std[channel]) * 255)) + f32(f32(mean[channel]) * 255));
    return Math.min(255, Math.max(0, Math.round(float)));
  }

  // The number that the chosen view has at a place.
  value(channel, row, column) {
    const value = this.stored(channel, row, column);
    if (this.view === 'stored') return value;
    return this.view === 'normalised' ? this.normalised(channel, value) : this.back(this.view, channel, value);
  }

  drawOne() {
    const [id, name, what] = this.data.images[this.place];
    this.root.dataset.shown = id; // tells a test what is large
    this.find('.gallery-name b').textContent = name;
    this.find('.gallery-name span').textContent = what;
    const context = this.canvas.getContext('2d');
    const picture = context.createImageData(SIDE, SIDE);
    this.ranges = CHANNELS.map(() => [Infinity, -Infinity, 0]); // lowest, highest, sum
    let [largest, changed] = [0, 0];
    for (let row = 0; row < SIDE; row++) {
      for (let column = 0; column < SIDE; column++) {
        const at = 4 * (row * SIDE + column);
        for (let channel = 0; channel < 3; channel++) {
          const value = this.value(channel, row, column);
          const off = Math.abs(value - this.stored(channel, row, column));
          const range = this.ranges[channel];
          this.ranges[channel] = [Math.min(range[0], value), Math.max(range[1], value), range[2] + value];
          largest = Math.max(largest, off);
          changed += off > 0;
          picture.data[at + channel] = this.view === 'normalised' ? 255 * value : value; // clamped to 0..255 by the array
        }
        picture.data[at + 3] = 255;
      }
    }
    context.putImageData(picture, 0, 0);
    this.find('.gallery-said').textContent = this.said(largest, changed);
    this.drawPixel();
  }

  said(largest, changed) {
    if (this.view === 'stored') return 'Three bytes a pixel, 0 to 255.';
    if (this.view === 'normalised') return 'What the model gets. Drawn as if it went from 0 to 1: below is black, above is full.';
    const share = number((100 * changed) / (3 * SIDE * SIDE), 0);
    return `Largest difference from stored: ${largest} of 255 levels${changed ? `; ${share} % of the numbers changed` : ''}.`;
  }

  drawPixel() {
    const digits = this.view === 'normalised' ? 2 : 0;
    const { mean, backs } = this.data;
    const marker = this.find('.gallery-picture i');
    marker.style.left = `${(100 * this.column) / SIDE}%`;
    marker.style.top = `${(100 * this.row) / SIDE}%`;
    const back = /^\d+$/.test(this.view) ? this.view : 0;
    this.find('.gallery-steps caption').textContent = `Pixel in row ${this.row}, column ${this.column}`;
    this.find('.gallery-steps tbody').replaceChildren(
      ...CHANNELS.map((channel, c) => {
        const value = this.stored(c, this.row, this.column);
        const cells = mean
          ? [value, number(value / 255, 3), number(value / 255 - mean[c], 3), number(this.normalised(c, value), 2), this.back(back, c, value)]
          : [value, number(value / 255, 3), '…', '…', '…'];
        return line(channel, cells);
      }),
    );
    if (mean) this.find('.gallery-steps thead th:last-child').title = `with ${backs[back][0]}`;
    this.find('.gallery-numbers').replaceChildren(...CHANNELS.map((channel, c) => this.block(channel, c, digits)));
    const here = CHANNELS.map((channel, c) => `${channel} ${number(this.value(c, this.row, this.column), digits)}`);
    this.canvas.setAttribute(
      'aria-label',
      `${this.data.images[this.place].slice(1).join(', ')}, ${this.view}; row ${this.row}, column ${this.column}: ${here.join(', ')}. Arrow keys move.`,
    );
  }

  // The numbers of one channel around the pixel; a cell is the darker, the larger its number in this image.
  block(channel, c, digits) {
    const [low, high, sum] = this.ranges[c];
    const figure = document.createElement('figure');
    const caption = document.createElement('figcaption');
    const text = (value) => number(value, digits);
    caption.textContent = `${text(low)} to ${text(high)}, mean ${number(sum / SIDE ** 2, digits ? 2 : 1)}`;
    const title = document.createElement('b');
    title.textContent = channel;
    caption.prepend(title, ' ');
    const grid = document.createElement('div');
    grid.className = channel;
    for (let row = this.row - AROUND; row <= this.row + AROUND; row++) {
      for (let column = this.column - AROUND; column <= this.column + AROUND; column++) {
        const cell = document.createElement('span');
        if (row >= 0 && row < SIDE && column >= 0 && column < SIDE) {
          const value = this.value(c, row, column);
          cell.textContent = text(value);
          cell.style.setProperty('--v', high > low ? (value - low) / (high - low) : 0);
        } else cell.className = 'outside';
        if (row === this.row && column === this.column) cell.classList.add('here');
        grid.append(cell);
      }
    }
    figure.append(caption, grid);
    return figure;
  }
}

function line(head, cells) {
  const row = document.createElement('tr');
  const first = document.createElement('th');
  first.scope = 'row';
  first.textContent = head;
  row.append(
    first,
    ...cells.map((text) => {
      const cell = document.createElement('td');
      cell.textContent = text;
      return cell;
    }),
  );
  return row;
}

async function pixelsOf(sheet) {
  const image = new Image();
  image.src = sheet;
  await image.decode();
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [image.width, image.height];
  const context = canvas.getContext('2d', { willReadFrequently: true });
  context.drawImage(image, 0, 0);
  return context.getImageData(0, 0, image.width, image.height);
}
