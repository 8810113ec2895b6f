// Pictures of a class as they arrive: a row a class, the newest first. A tap drops one, at once here, and for all when the server knows.
import { Board, mount } from '../../../dashboard/kit/board.js';
import { button, keyed, make, partsOf } from '../../../dashboard/kit/dom.js';
import { clock, counted, Shelf } from './shelf.js';

const SECOND = 1000; // ms
const MANY = 200; // pictures from which on they are drawn smaller

class Arrivals extends Board {
  constructor(root) {
    super(root);
    this.parts = partsOf(root, 'arrivals-', ['time', 'total', 'dropped', 'classes']);
    this.rows = new Map();
    this.shelf = new Shelf();
    this.parts.classes.addEventListener('click', ({ target }) => {
      const picture = target.closest('[data-id]');
      if (picture && this.data.set) this.wish(picture.dataset.id, true);
    });
    root.querySelector('[data-act=undo]').addEventListener('click', () => this.wish(this.shelf.dropped.at(-1), false));
  }

  receive(data) {
    if (!this.shelf.take(data)) this.trigger('resync', data.version);
    this.until = performance.now() + data.left * SECOND;
    clearInterval(this.ticking);
    if (data.left) this.ticking = setInterval(() => this.tick(), SECOND / 2);
    this.tick();
  }

  wish(id, dropped) {
    this.shelf.wish(id, dropped);
    this.send('wishes', this.shelf.wishes());
    this.redraw();
  }

  tick() {
    const left = Math.max(0, this.until - performance.now()) / SECOND;
    this.parts.time.textContent = left ? `${clock(left)} left` : '';
    if (!left) clearInterval(this.ticking);
  }

  draw() {
    const { classes, set } = this.data, by = this.shelf.byClass(classes);
    const all = [...by.values()].reduce((sum, pictures) => sum + pictures.length, 0);
    this.root.classList.toggle('arrivals-many', all > MANY);
    this.parts.total.textContent = set ? `${counted(all, 'picture')} in “${set}”` : '';
    const last = this.shelf.dropped.at(-1);
    this.parts.dropped.hidden = !last;
    if (last) this.parts.dropped.firstElementChild.textContent = `Dropped ${counted(this.shelf.dropped.length, 'picture')}.`;
    keyed(this.parts.classes, this.rows, classes, {
      key: (name) => name,
      create: (name) => this.row(name),
      update: (row, name) => this.fill(row, by.get(name)),
    });
  }

  row(name) {
    const count = make('span'), pictures = make('div', 'arrivals-pictures');
    const element = make('section', { class: 'arrivals-class', 'aria-label': name }, make('h4', '', name, ' ', count), pictures);
    return { element, count, pictures, shown: new Map() };
  }

  fill(row, pictures) {
    row.count.textContent = String(pictures.length);
    keyed(row.pictures, row.shown, pictures, { key: ({ id }) => id, create: (picture) => ({ element: this.thumb(picture) }) });
  }

  thumb({ id, label, who, uri }) {
    const name = who ? `${label}, by ${who}` : label;
    const image = make('img', { src: uri, alt: name, width: 32, height: 32, draggable: 'false' });
    if (!this.data.set) return make('span', { title: label }, image);
    return button({ 'data-id': id, title: `${name}: tap to drop it` }, image);
  }

  close() {
    super.close();
    clearInterval(this.ticking);
  }
}

export default mount('.arrivals', Arrivals);
