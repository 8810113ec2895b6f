// Elements, and what a pointer does to them.

/**
 * @typedef {Node | string | number} Child
 * @typedef {Record<string, string | number | boolean | null | undefined>} Attributes
 */

/**
 * Give an element its attributes; those that are null or undefined are left as they are.
 * @template {Element} Kind
 * @param {Kind} element
 * @param {Attributes} attributes
 * @returns {Kind}
 */
export function set(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined) element.setAttribute(name, String(value));
  }
  return element;
}

/**
 * Say what a slider, or what works like one, stands at: valuemin, valuemax, valuenow, valuetext.
 * @param {Element} element
 * @param {Attributes} values
 */
export function spoken(element, values) {
  for (const [name, value] of Object.entries(values)) element.setAttribute(`aria-${name}`, String(value));
}

const node = (/** @type {Child} */ child) => (typeof child === 'number' ? String(child) : child);

/**
 * A new element of the page. `look` is its class, or its attributes.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {string | Attributes} [look]
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function make(tag, look = '', ...children) {
  const made = document.createElement(tag);
  if (typeof look !== 'string') set(made, look);
  else if (look) made.className = look;
  made.append(...children.map(node));
  return made;
}

/**
 * A button that does not send a form.
 * @param {string | Attributes} look
 * @param {...Child} children
 */
export const button = (look, ...children) => set(make('button', look, ...children), { type: 'button' });

/**
 * A new element of a drawing.
 * @template {keyof SVGElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Attributes} [attributes]
 * @param {...Child} children
 * @returns {SVGElementTagNameMap[Tag]}
 */
export function svg(tag, attributes = {}, ...children) {
  const made = set(document.createElementNS('http://www.w3.org/2000/svg', tag), attributes);
  made.append(...children.map(node));
  return made;
}

/**
 * Bring the rows of a list up to date: one for each item, in their order. A row stays the same as long as its item is there, with the focus
 * and the pointer that may be on it.
 * @template Item
 * @template {{ element: Element }} Row
 * @param {Element} list
 * @param {Map<string, Row>} rows
 * @param {Item[]} items
 * @param {{ key: (item: Item) => string, create: (item: Item) => Row, update?: (row: Row, item: Item, place: number) => void }} how
 */
export function keyed(list, rows, items, { key, create, update = () => {} }) {
  const wanted = new Set(items.map(key));
  for (const [name, row] of rows) {
    if (wanted.has(name)) continue;
    row.element.remove();
    rows.delete(name);
  }
  items.forEach((item, place) => {
    const row = rows.get(key(item)) ?? create(item);
    rows.set(key(item), row);
    if (list.children[place] !== row.element) list.insertBefore(row.element, list.children[place] ?? null);
    update(row, item, place);
  });
}

/**
 * The parts of a board by their names: of each the element with the class `prefix` and then its name.
 * @param {Element} root
 * @param {string} prefix
 * @param {string[]} names
 * @returns {Record<string, HTMLElement>}
 */
export const partsOf = (root, prefix, names) =>
  Object.fromEntries(names.map((name) => [name, /** @type {HTMLElement} */ (root.querySelector(`.${prefix}${name}`))]));

/**
 * Where a pointer is on an element, [x, y] in pixels from its upper left corner.
 * @param {{ clientX: number, clientY: number }} event
 * @param {Element} element
 * @returns {[number, number]}
 */
export function spot(event, element) {
  const { left, top } = element.getBoundingClientRect();
  return [event.clientX - left, event.clientY - top];
}

/**
 * Where a pointer is on an element, [x, y] as shares of its width and height.
 * @param {{ clientX: number, clientY: number }} event
 * @param {Element} element
 * @returns {[number, number]}
 */
export function share(event, element) {
  const box = element.getBoundingClientRect();
  return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
}

/**
 * Follow the pointer on an element. What is pressed stays held until it is let go of, also outside; all get where the pointer is as a
 * share.
 * @param {HTMLElement} element
 * @param {{
 *   press?: (at: [number, number], event: PointerEvent) => unknown,
 *   move?: (at: [number, number], event: PointerEvent, held: boolean) => unknown,
 *   release?: (event: PointerEvent) => unknown,
 *   cancel?: (event: PointerEvent) => unknown,
 *   leave?: (event: PointerEvent) => unknown,
 * }} how a press that returns false is none
 */
export function drag(element, { press, move, release, cancel = release, leave }) {
  element.addEventListener('pointerdown', (event) => {
    if (event.button || !press || press(share(event, element), event) === false) return;
    element.setPointerCapture(event.pointerId);
  });
  if (move) {
    element.addEventListener('pointermove', (event) => move(share(event, element), event, element.hasPointerCapture(event.pointerId)));
  }
  if (release) element.addEventListener('pointerup', release);
  if (cancel) element.addEventListener('pointercancel', cancel);
  if (leave) element.addEventListener('pointerleave', leave);
}

/**
 * Hand a file to the person: text, or a canvas as a PNG.
 * @param {string | HTMLCanvasElement} content
 * @param {string} name
 * @param {string} [type] of text
 */
export function download(content, name, type = 'image/svg+xml') {
  const link = make('a', { download: name });
  const give = (/** @type {Blob | null} */ blob) => {
    if (!blob) return;
    link.href = URL.createObjectURL(blob);
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  };
  if (typeof content === 'string') give(new Blob([content], { type }));
  else content.toBlob(give, 'image/png');
}
