// One table of K x K cells, filled anew for each epoch from counts that are all here. `look` is what the person looks at; it goes back to
// Python when it rests, not while a slider moves or the epochs play.
const NORMS = { count: 'images', true: '% of true', predicted: '% of predicted' };
const FRAME = 350; // ms an epoch while playing
const REST = 200; // ms without a change after which Python is told

export default function confusion({ data: [data], parentElement, setStateValue }) {
  const root = parentElement.querySelector('.confusion-board');
  root.board ??= new Board(root);
  root.board.tell = (look) => setStateValue('look', look);
  root.board.receive(data);
  return () => root.isConnected || root.board.pause();
}

const sum = (values) => values.reduce((a, b) => a + b, 0);
const percent = (value, digits = 1) => `${(100 * value).toFixed(digits)} %`;
const element = (tag, attributes = {}, text = '') => {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.textContent = text;
  return made;
};

class Board {
  constructor(root) {
    const find = (selector) => root.querySelector(selector);
    this.play = find('.confusion-play');
    this.slider = find('input');
    this.epochName = find('.confusion-epoch span');
    this.norms = find('.confusion-norms');
    this.caption = find('figcaption');
    this.place = find('.lab-scroll');
    this.scale = find('.lab-scale');
    this.told = find('.confusion-told');
    this.play.onclick = () => (this.timer ? this.rest() : this.start());
    this.slider.oninput = () => {
      this.pause();
      this.change({ epoch: Number(this.slider.value) });
    };
    for (const [norm, name] of Object.entries(NORMS)) {
      const button = element('button', { type: 'button', role: 'radio', 'data-norm': norm }, name);
      button.onclick = () => this.change({ norm });
      this.norms.append(button);
    }
  }

  receive(data) {
    const same = this.data?.what === data.what;
    const epoch = same ? this.data.epochs[this.look.epoch] : data.epochs[data.epoch];
    this.data = data;
    if (!same) {
      this.pause();
      this.look = { what: data.what, norm: data.norm, cell: data.cell, row: data.row };
      this.build();
    }
    this.look.epoch = Math.max(0, data.epochs.indexOf(epoch));
    this.slider.max = data.matrices.length - 1;
    this.slider.parentElement.hidden = this.play.hidden = data.matrices.length < 2;
    this.tops = {};
    this.draw();
  }

  // -- the table ----------------------------------------------------------------------------------------------------

  build() {
    const { classes } = this.data;
    const table = element('table', { role: 'grid', 'aria-label': 'Confusion matrix: row true class, column predicted class' });
    const head = element('thead');
    const axes = element('tr');
    axes.append(element('th', { class: 'axis rows', rowspan: 2 }, 'true ↓'), element('th', { class: 'axis', colspan: classes.length }, 'predicted →'));
    const names = element('tr');
    for (const name of classes) {
      const th = element('th', { scope: 'col' });
      th.append(element('span', {}, name));
      names.append(th);
    }
    head.append(axes, names);
    const body = element('tbody');
    this.cells = [];
    this.rows = classes.map((name, i) => {
      const row = element('tr');
      const th = element('th', { scope: 'row' });
      const button = element('button', { type: 'button', title: `Open the class ${name}` }, name);
      button.onclick = () => this.change({ row: i, cell: null }, 0);
      th.append(button);
      row.append(th);
      classes.forEach((_, j) => {
        const cell = element('td', { role: 'gridcell', tabindex: -1 });
        Object.assign(cell, {
          onclick: () => this.change({ cell: [i, j], row: null }, 0),
          onpointerenter: () => this.say(i, j),
          onfocus: () => this.say(i, j),
          onkeydown: (event) => this.key(event, i, j),
        });
        this.cells.push(cell);
        row.append(cell);
      });
      body.append(row);
      return th;
    });
    this.cells[0].tabIndex = 0;
    table.append(head, body);
    table.onpointerleave = () => this.say(...(this.look.cell ?? []));
    this.place.replaceChildren(table);
  }

  key(event, i, j) {
    const k = this.data.classes.length;
    const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    if (step) {
      const next = this.cells[Math.min(k - 1, Math.max(0, i + step[0])) * k + Math.min(k - 1, Math.max(0, j + step[1]))];
      for (const cell of this.cells) cell.tabIndex = -1;
      next.tabIndex = 0;
      next.focus();
    } else if (event.key === 'Enter' || event.key === ' ') {
      this.change({ cell: [i, j], row: null }, 0);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  // -- numbers ------------------------------------------------------------------------------------------------------

  // The matrix of an epoch as numbers to show: counts, or shares in percent.
  values(counts, norm) {
    const k = this.data.classes.length;
    if (norm === 'count') return counts;
    const whole = Array.from({ length: k }, (_, a) => sum(Array.from({ length: k }, (_, b) => counts[norm === 'true' ? a * k + b : b * k + a])));
    return counts.map((count, at) => {
      const total = whole[norm === 'true' ? Math.floor(at / k) : at % k];
      return total ? (100 * count) / total : NaN; // of nothing there is no share
    });
  }

  shown(epoch) {
    const { matrices, other } = this.data;
    const { norm } = this.look;
    const mine = this.values(matrices[epoch], norm);
    if (!other) return mine;
    const theirs = this.values(other.matrix, norm);
    return mine.map((value, at) => value - theirs[at]);
  }

  // The end of the color scale: the largest number of any epoch, so that colors can be compared while the epochs play.
  top() {
    this.tops[this.look.norm] ??= Math.max(0, ...this.data.matrices.map((_, epoch) => Math.max(0, ...this.shown(epoch).map(Math.abs).filter(Number.isFinite))));
    return this.tops[this.look.norm];
  }

  // -- drawing ------------------------------------------------------------------------------------------------------

  draw() {
    const { data, look } = this;
    const k = data.classes.length;
    const counts = data.matrices[look.epoch];
    const shown = this.shown(look.epoch);
    const top = this.top();
    const digits = data.other && look.norm !== 'count' ? 1 : 0;
    this.cells.forEach((cell, at) => {
      const value = shown[at];
      const none = Number.isNaN(value);
      cell.textContent = none ? '–' : `${data.other && value > 0 ? '+' : ''}${value.toFixed(digits)}`.replace(/^-/, '−').replace(/^[−+]?0(\.0)?$/, '0');
      cell.style.setProperty('--v', (top && !none ? Math.abs(value) / top : 0).toFixed(3));
      const diagonal = Math.floor(at / k) === at % k;
      cell.classList.toggle('diagonal', diagonal);
      cell.classList.toggle('zero', none || Math.abs(value) < 0.5 * 10 ** -digits);
      cell.classList.toggle('minus', value < 0);
      cell.classList.toggle('chosen', look.cell?.[0] * k + look.cell?.[1] === at);
      cell.setAttribute('aria-label', this.sentence(Math.floor(at / k), at % k));
    });
    this.rows.forEach((th, i) => th.classList.toggle('chosen', look.row === i));
    for (const button of this.norms.children) button.setAttribute('aria-checked', button.dataset.norm === look.norm);
    const total = sum(counts);
    const right = sum(data.classes.map((_, i) => counts[i * k + i]));
    const minus = data.other ? ` minus ${data.other.label}` : '';
    this.caption.textContent = `${data.label} after epoch ${data.epochs[look.epoch]}${minus}: top-1 ${percent(total ? right / total : 0)} · n = ${total.toLocaleString('en')}`;
    this.slider.value = look.epoch;
    this.slider.setAttribute('aria-valuetext', `epoch ${data.epochs[look.epoch]}`);
    this.epochName.textContent = `Epoch ${data.epochs[look.epoch]} of ${data.epochs.at(-1)}${look.epoch === data.best ? ' (best)' : ''}`;
    this.drawScale(top);
    this.say(...(look.cell ?? []));
  }

  drawScale(top) {
    const { other } = this.data;
    const unit = { count: 'images', true: '% of the true class', predicted: '% of the predicted class' }[this.look.norm];
    const end = `${top.toLocaleString('en', { maximumFractionDigits: this.look.norm === 'count' ? 0 : 1 })}`;
    this.scale.classList.toggle('signed', Boolean(other));
    const points = other && this.look.norm !== 'count' ? unit.replace('%', 'percentage points') : unit;
    this.scale.replaceChildren(element('span', {}, other ? `−${end}` : '0'), element('i'), element('span', {}, `${other ? '+' : ''}${end} ${points}`));
  }

  sentence(i, j) {
    const { classes, matrices } = this.data;
    const k = classes.length;
    const counts = matrices[this.look.epoch];
    const count = counts[i * k + j];
    const all = sum(classes.map((_, c) => counts[i * k + c]));
    const called = sum(classes.map((_, c) => counts[c * k + j]));
    const share = (whole) => (whole ? percent(count / whole) : 'none');
    const what = i === j ? `${classes[i]}, named rightly` : `${classes[i]} taken for ${classes[j]}`;
    return `${what}: ${count.toLocaleString('en')} images, ${share(all)} of class ${classes[i]}, ${share(called)} of those called ${classes[j]}`;
  }

  say(i, j) {
    this.told.textContent = i === undefined ? 'Click a cell for its images, a class for its row.' : `${this.sentence(i, j)}.`;
  }

  // -- looking ------------------------------------------------------------------------------------------------------

  change(part, wait = REST) {
    Object.assign(this.look, part);
    this.draw();
    clearTimeout(this.telling);
    this.telling = setTimeout(() => this.tell({ ...this.look, epoch: this.data.epochs[this.look.epoch] }), wait);
  }

  start() {
    const last = this.data.matrices.length - 1;
    const step = () => {
      this.look.epoch = this.look.epoch >= last ? 0 : this.look.epoch + 1;
      this.draw();
      if (this.look.epoch === last) this.rest();
    };
    this.play.textContent = '⏸';
    this.play.setAttribute('aria-label', 'Stop');
    this.timer = setInterval(step, FRAME);
    step();
  }

  // Stop, and tell Python where.
  rest() {
    this.pause();
    this.change({});
  }

  pause() {
    clearInterval(this.timer);
    this.timer = undefined;
    this.play.textContent = '▶';
    this.play.setAttribute('aria-label', 'Play the epochs');
  }
}
