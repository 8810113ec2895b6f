// As much of a page as the kit needs to run in Node.js: elements with children, attributes and events, and a canvas that notes what is
// drawn.

class Style {
  setProperty(name, value) {
    this[name] = value;
  }
}

class Classes extends Set {
  toggle(name, on) {
    if (on) this.add(name);
    else this.delete(name);
  }
}

export class Element extends EventTarget {
  children = [];
  attributes = {};
  dataset = {};
  style = new Style();
  parentElement = null;
  connected = true;
  captured = new Set();
  classList = new Classes();
  box = { left: 0, top: 0, width: 100, height: 100 };
  clientWidth = 100;

  constructor(tag) {
    super();
    this.tagName = tag.toUpperCase();
  }

  get isConnected() {
    return this.connected;
  }

  set className(name) {
    this.attributes.class = name;
  }

  get className() {
    return this.attributes.class ?? '';
  }

  set textContent(text) {
    this.children = text === '' ? [] : [String(text)];
  }

  get textContent() {
    return this.children.map((child) => (typeof child === 'string' ? child : child.textContent)).join('');
  }

  setAttribute(name, value) {
    this.attributes[name] = String(value);
  }

  append(...children) {
    for (const child of children) {
      if (typeof child === 'object') child.parentElement = this;
      this.children.push(child);
    }
  }

  replaceChildren(...children) {
    this.children = [];
    this.append(...children);
  }

  after(child) {
    const { children } = this.parentElement;
    this.parentElement.insertBefore(child, children[children.indexOf(this) + 1]);
  }

  insertBefore(child, before) {
    child.remove();
    child.parentElement = this;
    this.children.splice(before ? this.children.indexOf(before) : this.children.length, 0, child);
  }

  remove() {
    if (this.parentElement) this.parentElement.children = this.parentElement.children.filter((child) => child !== this);
    this.parentElement = null;
  }

  getBoundingClientRect() {
    return this.box;
  }

  setPointerCapture(pointer) {
    this.captured.add(pointer);
  }

  hasPointerCapture(pointer) {
    return this.captured.has(pointer);
  }

  getContext() {
    return (this.pen ??= new Pen());
  }
}

// Notes every call with its arguments, and every value that is set.
class Pen {
  calls = [];

  constructor() {
    return new Proxy(this, {
      get: (pen, name) => (name === 'calls' ? pen.calls : (...given) => void pen.calls.push([name, ...given])),
      set: (pen, name, value) => pen.calls.push([name, value]) > 0,
    });
  }
}

export const observers = [];

globalThis.getComputedStyle = () => ({ getPropertyValue: () => '#ffffff' });

globalThis.document = { createElement: (tag) => new Element(tag), createElementNS: (_, tag) => new Element(tag) };
globalThis.ImageData = class {
  constructor(data, width, height) {
    Object.assign(this, { data, width, height });
  }
};
globalThis.ResizeObserver = class {
  constructor(seen) {
    Object.assign(this, { seen, watched: [] });
    observers.push(this);
  }

  observe(element) {
    this.watched.push(element);
  }

  disconnect() {
    this.watched = [];
  }
};

/** An event with what a pointer or a key brings along. */
export const event = (type, more = {}) => Object.assign(new Event(type, { cancelable: true }), more);
