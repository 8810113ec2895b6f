// Keys press buttons: `bindings` maps a key to the class of the container of the button it clicks. Typing and other controls come first.
const BUSY = 'input, textarea, select, [contenteditable=true], [role=slider], [role=radio], [role=option], [role=dialog]';
let bindings = {};

function press(event) {
  const target = event.target;
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || target.closest?.(BUSY)) return;
  if (event.key === ' ' && target.closest?.('button, a, summary')) return; // the browser presses what has the focus
  const button = document.querySelector(`.${bindings[event.key]} button`);
  if (!bindings[event.key] || !button) return;
  event.preventDefault(); // the space bar would scroll
  if (!button.disabled) button.click();
}

export default function keys({ data }) {
  [bindings] = data;
  document.removeEventListener('keydown', press);
  document.addEventListener('keydown', press);
  return () => document.removeEventListener('keydown', press);
}
