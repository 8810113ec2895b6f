// Saves a figure of Plotly's that Streamlit has drawn, as it is now: zoomed, and with the lines that the legend shows.
import { captioned, fileName, save } from '../../kit/figure_file.js';
import { loadPlotly } from '../../kit/plotly.js';

async function saveFigure(root, { figure, caption }, kind) {
  const drawn = document.querySelector(`.st-key-${CSS.escape(figure)} .js-plotly-plot`);
  if (!drawn) return;
  await loadPlotly();
  const size = { width: drawn.clientWidth, height: drawn.clientHeight };
  const text = await window.Plotly.toImage({ data: drawn.data, layout: drawn.layout }, { format: 'svg', imageDataOnly: true, ...size });
  const parsed = new DOMParser().parseFromString(text, 'image/svg+xml').documentElement;
  await save(captioned(document.importNode(parsed, true), size, caption, root), fileName(figure), kind);
}

export default function plotlyFigure({ data: [data], parentElement }) {
  const root = parentElement.querySelector('.figure-files');
  for (const button of root.querySelectorAll('button')) button.onclick = () => saveFigure(root, data, button.dataset.kind);
}
