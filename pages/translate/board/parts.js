// What the parts of the board share: elements, colors, numbers, and arrays out of a message.
const SPACE = 'http://www.w3.org/2000/svg';

export const make = (tag, look = '', text = '') => {
  const made = document.createElement(tag);
  made.className = look;
  made.textContent = text;
  return made;
};

export const draw = (tag, attributes, text = '') => {
  const made = document.createElementNS(SPACE, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.textContent = text;
  return made;
};

export const inside = (value, least, most) => Math.min(most, Math.max(least, value));

export const short = (name, letters) => (name.length > letters ? `${name.slice(0, letters - 1)}…` : name);

// A space has no ink of its own.
export const shown = (name) => (name === ' ' ? '␣' : name);

export const quoted = (name) => (name === ' ' ? 'the space' : name === '⊣' ? 'the end ⊣' : name === '⊢' ? 'the beginning ⊢' : `“${name}”`);

export const share = (p) => (p > 0.9995 && p < 1 ? p.toFixed(5) : p >= 0.001 || p === 0 ? p.toFixed(3) : p.toExponential(1).replace('-', '−'));

const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer;

// Weights of attention (layers, heads, rows, columns), 0 to 1, in 16 bits each.
export class Weights {
  constructor({ shape, values }) {
    [this.layers, this.heads, this.rows, this.columns] = shape;
    this.values = new Uint16Array(bytes(values));
  }

  // Of one head, or the mean of all where `head` is below 0.
  at(layer, head, row, column) {
    const one = (h) => this.values[((layer * this.heads + h) * this.rows + row) * this.columns + column] / 65535;
    if (head >= 0) return one(head);
    let sum = 0;
    for (let h = 0; h < this.heads; h += 1) sum += one(h);
    return sum / this.heads;
  }

  row(layer, head, row) {
    return Array.from({ length: this.columns }, (_, column) => this.at(layer, head, row, column));
  }
}

// The memory, (tokens, features), as -127 to 127.
export class Memory {
  constructor({ shape, values, most }) {
    [this.tokens, this.features] = shape;
    this.most = most;
    this.values = new Int8Array(bytes(values));
  }
}

// A color of the page as [r, g, b], for a canvas.
export function rgb(root, name) {
  const probe = make('i');
  probe.style.color = name.startsWith('--') ? `var(${name})` : name;
  root.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  const context = document.createElement('canvas').getContext('2d');
  context.fillStyle = found;
  context.fillRect(0, 0, 1, 1);
  return [...context.getImageData(0, 0, 1, 1).data.slice(0, 3)];
}
