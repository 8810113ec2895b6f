// What every board of a page is: one object a root element, which gets all messages of the server and draws what it knows.
import { isDark } from './theme.js';

/**
 * The default export of a component's script: the first message makes a board, which gets this one and all others.
 * @param {string} selector of the board's root
 * @param {new (root: HTMLElement) => Board} Kind
 */
export function mount(selector, Kind) {
  return (/** @type {any} */ { data, parentElement, setStateValue, setTriggerValue }) => {
    const root = parentElement.querySelector(selector);
    root.classList.add('lab-board'); // for kit.css
    root.board ??= new Kind(root); // here tests find it, too
    Object.assign(root.board, { send: setStateValue, trigger: setTriggerValue });
    root.board.accept(data instanceof Uint8Array ? data : data[0]);
    // Streamlit also runs the clean-up of a call that the next message overtook: only a board that left the page is closed.
    return () => root.isConnected || root.board.close();
  };
}

export class Board {
  /** The last message. @type {any} */
  data = null;
  /** Pixels of the root's width when it was drawn. */
  width = 0;
  /** Tells the server a value under a name. @type {(name: string, value: unknown) => void} */
  send = () => {};
  /** Tells the server a value once. @type {(name: string, value: unknown) => void} */
  trigger = () => {};
  #rest = 0;

  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.observer = new ResizeObserver(() => this.data && root.clientWidth !== this.width && this.resized());
    this.observer.observe(root);
  }

  /**
   * A message. The same one comes again when the theme of the page has changed.
   * @param {any} data
   */
  accept(data) {
    const before = this.data;
    this.data = data;
    if (data !== before) this.receive(data, before);
    this.redraw();
  }

  /** Take what is new from a message. @param {any} _data @param {any} _before the message before, or null */
  receive(_data, _before) {}

  /** Draw everything: after a message, and when width or theme have changed. */
  draw() {}

  /** The root has another width. */
  resized() {
    this.redraw();
  }

  redraw() {
    this.width = this.root.clientWidth;
    if (!this.width) return;
    this.root.dataset.theme = isDark(this.root) ? 'dark' : 'light'; // for style sheets
    this.draw();
  }

  /**
   * Tell the server a value once the board has come to rest: one message, not one a frame.
   * @param {string} name
   * @param {() => unknown} value
   * @param {number} wait in milliseconds
   */
  sendAtRest(name, value, wait) {
    clearTimeout(this.#rest);
    this.#rest = setTimeout(() => this.send(name, value()), wait);
  }

  /** The board has left the page. */
  close() {
    clearTimeout(this.#rest);
    this.observer.disconnect();
  }
}
