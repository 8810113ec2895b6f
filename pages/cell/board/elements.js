// Small pieces of a page.

export function element(tag, text, attributes = {}) {
  return Object.assign(document.createElement(tag), { textContent: text }, attributes);
}

// Pieces of a formula, [text, ink], as elements.
export function pieces(found) {
  return found.map(([text, ink]) => (ink === 'sub' ? element('sub', text) : element('span', text, { className: ink ? `ink-${ink}` : '' })));
}

export function options(select, entries) {
  select.replaceChildren(...entries.map(([value, text]) => element('option', text, { value })));
}
