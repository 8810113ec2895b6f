// Panels of a figure, drawn as SVG by the server; the text of the caption may be anyone's and goes in as text.

/** @param {{ data: [{ drawings: string[], caption: string }], parentElement: HTMLElement }} message */
export default function panels({ data: [{ drawings, caption }], parentElement }) {
  const part = (/** @type {string} */ tag) => /** @type {HTMLElement} */ (parentElement.querySelector(`figure ${tag}`));
  part('figcaption').textContent = caption;
  part('div').innerHTML = drawings.join('');
}
