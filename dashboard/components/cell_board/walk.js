// The hand computation of one step as a walk (task 1.2): both affine maps, the split into gates, the gates, the new state, a table each.
// Results can be covered, so that a student computes them and has each one checked.

const { number, sub } = await import(`./formulas.js${new URL(import.meta.url).search}`); // the folder's version is in the query

const MOST = { rows: 48, columns: 16 }; // of a table that can be read; beyond it only the chosen unit's rows, and sums without their terms
const DIGITS = 3;
const CLOSE = 0.0051; // how far a number computed by hand may be from the right one

const affine = (of, weight, bias, vector, size, symbol) => (board, view) => {
  const [gates, count] = [board.kind.gates, view[size]];
  const row = (g, j) => g * view.H + j;
  const rows = gates.flatMap((gate, g) => units(board).map((j) => ({ name: `${gate}${sub(j + 1)}`, gate, g, j })));
  const wide = count > MOST.columns;
  const cell = ({ g, j }, n) => ({ value: board.at(weight, row(g, j), n), digits: 2, place: `${weight} ${row(g, j)} ${n}` });
  return {
    head: [...(wide ? [`${count} products`] : Array.from({ length: count }, (_, n) => `${symbol}${sub(n + 1)} = ${number(vector(view)(n), symbol === 'x' ? 2 : DIGITS)}`)), bias === 'bi' ? 'b_ih' : 'b_hh', 'sum'],
    rows: rows.map((one) => ({
      ...one,
      cells: [
        ...(wide ? [{ value: board.at(of, view.t, row(one.g, one.j)) - board.arrays[bias][row(one.g, one.j)] }] : Array.from({ length: count }, (_, n) => cell(one, n))),
        { value: board.arrays[bias][row(one.g, one.j)], digits: 2, place: `${bias} ${row(one.g, one.j)} 0` },
        { value: board.at(of, view.t, row(one.g, one.j)), result: true },
      ],
    })),
  };
};

// A line a unit; `columns` are [head, value of (view of that unit), whether it is a result].
const perUnit = (...columns) => (board) => ({
  head: columns.map(([name]) => name),
  rows: units(board).map((j) => ({ name: `unit ${j + 1}`, gate: '', cells: columns.map(([, value, result]) => ({ value: value(board.view(j)), result })) })),
});

function units(board) {
  const all = Array.from({ length: board.H }, (_, j) => j);
  return board.H * board.kind.gates.length > MOST.rows ? [board.j] : all;
}

const input = (g) => (v) => v.fromInput(g);
const state = (g) => (v) => v.fromState(g);
const both = (g) => (v) => v.fromInput(g) + v.fromState(g);
const of = (field) => (v) => v.of(field);
const before = (v) => v.before(v.j);

function maps(kind, letters) {
  const G = letters.length;
  const times = G > 1 ? `${G}H` : 'H';
  const old = kind === 'gru2014' ? ' The rows of n are another matter: they come after r.' : '';
  return [
    { title: 'One affine map of the input', formula: 'W_ih x + b_ih', shape: (v) => `W_ih (${times}, C) = (${G * v.H}, ${v.C}) times x (B, C) = (1, ${v.C}), plus b_ih (${G * v.H}) → (B, ${times}) = (1, ${G * v.H})`, table: affine('from_input', 'wi', 'bi', (v) => v.x, 'C', 'x') },
    { title: 'One affine map of the old state', formula: 'W_hh h + b_hh', shape: (v) => `W_hh (${times}, H) = (${G * v.H}, ${v.H}) times h (B, H) = (1, ${v.H}), plus b_hh (${G * v.H}) → (B, ${times}) = (1, ${G * v.H}).${old}`, table: affine('from_state', 'wh', 'bh', (v) => v.before, 'H', 'h') },
  ];
}

// The maps above, cut into one part a gate.
function split(letters) {
  return {
    title: `Split in the order ${letters.join(', ')}`,
    formula: `chunk(${letters.length})`,
    shape: (v) => `(B, ${letters.length}H) = (1, ${letters.length * v.H}) → ${letters.length} × (B, H) = (1, ${v.H}): rows 1 to ${v.H} are ${letters[0]}, and so on`,
    table: perUnit(...letters.map((letter, g) => [`x gives ${letter}`, input(g)]), ...letters.map((letter, g) => [`h gives ${letter}`, state(g)])),
  };
}

const each = (v) => `each (B, H) = (1, ${v.H}); one number a unit`;
const gated = (g, letter, field, squash = 'σ') => [[`sum for ${letter}`, both(g)], [`${letter} = ${squash}(sum)`, of(field), true]];

function gru(original) {
  const letters = ['r', 'z', 'n'];
  const z = [original ? '1 − z' : 'z', (v) => (original ? 1 - v.of('update') : v.of('update'))];
  const rest = [original ? 'z' : '1 − z', (v) => (original ? v.of('update') : 1 - v.of('update'))];
  const [times, plain] = original ? [(v) => v.of('reset') * v.before(v.j), (v) => v.fromInput(2) + v.fromState(2)] : [(v) => v.of('reset') * v.fromState(2), (v) => v.fromInput(2) + v.of('reset') * v.fromState(2)];
  return [
    ...maps(original ? 'gru2014' : 'gru', letters), split(letters),
    { title: 'The two gates', formula: 'r = σ(·), z = σ(·)', shape: each, table: perUnit(...gated(0, 'r', 'reset'), ...gated(1, 'z', 'update')) },
    {
      title: 'The candidate', formula: original ? 'n = tanh(W_in x + b_in + W_hn (r ⊙ h) + b_hn)' : 'n = tanh(W_in x + b_in + r ⊙ (W_hn h + b_hn))', shape: each,
      table: original
        ? perUnit(['r ⊙ h', times], ['W_hn (r ⊙ h) + b_hn', state(2)], ['x gives n', input(2)], ['sum', plain], ['n = tanh(sum)', of('candidate'), true])
        : perUnit(['r', of('reset')], ['h gives n', state(2)], ['r times it', times, true], ['x gives n', input(2)], ['sum', plain, true], ['n = tanh(sum)', of('candidate'), true]),
    },
    {
      title: 'The new state', formula: original ? 'h′ = z ⊙ n + (1 − z) ⊙ h' : 'h′ = (1 − z) ⊙ n + z ⊙ h', shape: each,
      table: perUnit(rest, ['n', of('candidate')], z, ['h', before], ['h′', of('hidden'), true]),
    },
  ];
}

const WALKS = {
  rnn: [
    ...maps('rnn', ['a']),
    { title: 'The new state', formula: 'h′ = tanh(W_ih x + b_ih + W_hh h + b_hh)', shape: each, table: perUnit(['from x', input(0)], ['from h', state(0)], ['sum', both(0), true], ['h′ = tanh(sum)', of('hidden'), true]) },
  ],
  lstm: [
    ...maps('lstm', ['i', 'f', 'g', 'o']), split(['i', 'f', 'g', 'o']),
    { title: 'The gates and the candidate', formula: 'i, f, o = σ(·), g = tanh(·)', shape: each, table: perUnit(...gated(0, 'i', 'input'), ...gated(1, 'f', 'forget'), ...gated(2, 'g', 'candidate', 'tanh'), ...gated(3, 'o', 'output')) },
    { title: 'The cell state', formula: 'c′ = f ⊙ c + i ⊙ g', shape: each, table: perUnit(['f', of('forget')], ['c', (v) => v.memory()], ['i', of('input')], ['g', of('candidate')], ['c′', of('cell'), true]) },
    { title: 'The new state', formula: 'h′ = o ⊙ tanh(c′)', shape: each, table: perUnit(['o', of('output')], ['c′', of('cell')], ['tanh(c′)', (v) => Math.tanh(v.of('cell')), true], ['h′', of('hidden'), true]) },
  ],
  gru: gru(false),
  gru2014: gru(true),
};

export class Walk {
  constructor(root, board) {
    Object.assign(this, { root, board, at: 0, covered: false, answers: {} });
    root.addEventListener('click', ({ target }) => {
      const { walk, stage, place } = target.dataset;
      if (walk) this.go(this.at + Number(walk));
      if (stage) this.go(Number(stage));
      if (place) this.board.chooseTarget(Object.fromEntries(place.split(' ').map((value, n) => [['array', 'row', 'column'][n], n ? Number(value) : value])));
    });
    root.addEventListener('change', ({ target }) => {
      if (target.name === 'unit') this.board.chooseUnit(Number(target.value));
      if (target.name !== 'cover') return;
      this.covered = target.checked;
      this.drawn = '';
      this.draw();
      this.root.querySelector('[name=cover]').focus();
    });
    root.addEventListener('input', ({ target }) => target.dataset.right && this.check(target));
  }

  stages() {
    return WALKS[this.board.data.kind];
  }

  go(at) {
    this.at = Math.max(0, Math.min(this.stages().length - 1, at));
    this.draw();
    this.root.querySelector('[data-walk="1"]').focus();
  }

  draw() {
    const { board } = this;
    this.at = Math.min(this.at, this.stages().length - 1);
    const now = [board.data.numbers, board.data.kind, board.t, board.j, this.at].join(' ');
    if (this.drawn === now) return; // what is typed into covered cells stays
    this.drawn = now;
    const stage = this.stages()[this.at];
    const view = board.view();
    this.root.replaceChildren(this.bar(), title(stage, this.at, this.stages().length), make('div', 'walk-shape', stage.shape(view)), this.table(stage.table(board, view)), this.note(view));
    this.root.dataset.at = this.at + 1; // for tests
  }

  bar() {
    const bar = make('div', 'walk-bar');
    const button = (text, data, pressed) => {
      const made = make('button', '', text);
      Object.assign(made, { type: 'button' });
      Object.assign(made.dataset, data);
      if (pressed !== undefined) made.setAttribute('aria-pressed', pressed);
      return made;
    };
    const back = button('Back', { walk: -1 });
    const next = button('Next', { walk: 1 });
    back.disabled = this.at === 0;
    next.disabled = this.at === this.stages().length - 1;
    const stages = this.stages().map((stage, n) => {
      const made = button(n + 1, { stage: n }, n === this.at);
      made.title = stage.title;
      made.setAttribute('aria-label', `Stage ${n + 1}: ${stage.title}`);
      return made;
    });
    const cover = make('label', 'walk-cover');
    const box = Object.assign(document.createElement('input'), { type: 'checkbox', name: 'cover', checked: this.covered });
    cover.append(box, ' Cover the results: I compute them');
    bar.append(back, ...stages, next, cover);
    if (units(this.board).length < this.board.H) bar.append(this.unit());
    return bar;
  }

  // Which unit's rows are shown, where all would be too many.
  unit() {
    const select = Object.assign(document.createElement('select'), { name: 'unit' });
    select.setAttribute('aria-label', 'Unit');
    select.append(...Array.from({ length: this.board.H }, (_, j) => Object.assign(make('option', '', `unit ${j + 1}`), { value: j })));
    select.value = this.board.j;
    return select;
  }

  table({ head, rows }) {
    const table = make('table');
    const top = make('tr');
    top.append(make('th'), ...head.map((text) => Object.assign(make('th', '', text), { scope: 'col' })));
    table.append(top, ...rows.map((row) => this.row(row)));
    const scroll = make('div', 'lab-scroll');
    scroll.append(table);
    return scroll;
  }

  row({ name, gate, cells }) {
    const line = make('tr', gate ? `gate-${gate}` : '');
    line.append(Object.assign(make('th', gate ? `ink-${gate}` : '', name), { scope: 'row' }));
    line.append(...cells.map((cell) => {
      const made = make('td', cell.result ? 'result' : '');
      if (cell.result && this.covered) made.append(this.question(name, cell.value));
      else made.textContent = number(cell.value, cell.digits ?? DIGITS);
      if (cell.place) Object.assign(made, { title: 'Replace this number below' }).dataset.place = cell.place;
      return made;
    }));
    return line;
  }

  question(name, value) {
    const asked = Object.assign(document.createElement('input'), { type: 'text', inputMode: 'decimal', autocomplete: 'off' });
    asked.setAttribute('aria-label', `Your result for ${name}`);
    asked.dataset.right = value;
    return asked;
  }

  check(asked) {
    const typed = asked.value.trim().replace(',', '.').replace('−', '-');
    const right = typed !== '' && Math.abs(Number(typed) - Number(asked.dataset.right)) <= CLOSE;
    asked.className = typed === '' ? '' : right ? 'right' : 'wrong';
    asked.setAttribute('aria-invalid', typed !== '' && !right);
    const [all, done] = [this.root.querySelectorAll('[data-right]').length, this.root.querySelectorAll('input.right').length];
    this.root.querySelector('.walk-note').textContent = `${done} of ${all} right (to within ${CLOSE.toFixed(3)}).`;
  }

  note(view) {
    const few = this.board.H * this.board.kind.gates.length > MOST.rows ? `Only unit ${view.j + 1} of ${view.H}: more rows cannot be read. ` : '';
    const start = view.t ? `h is the state after step ${view.t}.` : 'h is zero: the sequence starts.';
    const checked = this.covered ? 'Type your results: each is checked to within 0.005.' : this.board.exact() ? 'Weights and inputs are shown in full: a calculator gives the same results.' : 'Weights and inputs are rounded here; results are not.';
    return make('p', 'walk-note', `${few}Step t = ${view.t + 1}; ${start} B = 1 sequence here. ${checked}`);
  }
}

function title(stage, at, count) {
  const made = make('div', 'walk-title');
  made.append(make('span', '', `${at + 1} of ${count} · `), make('b', '', stage.title), make('code', '', stage.formula));
  return made;
}

function make(tag, className = '', text = '') {
  return Object.assign(document.createElement(tag), { className, textContent: text });
}
