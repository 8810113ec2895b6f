// Panels of a figure, drawn as SVG by the server; the text of the caption may be anyone's and goes in as text.
export default function panels({ data: [{ drawings, caption }], parentElement }) {
  const figure = parentElement.querySelector('figure');
  figure.querySelector('figcaption').textContent = caption;
  figure.querySelector('div').innerHTML = drawings.join('');
}
