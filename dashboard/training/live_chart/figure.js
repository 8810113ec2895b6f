// Curves as a figure of Plotly: traces and layout. Pure.

// Where the panels stand, as fractions of the figure: [left, right] and [bottom, top].
const WIDE = { x: [0, 0.475], x2: [0.525, 1], y: [0.3, 1], y2: [0, 1], y3: [0, 0.16] };
const STACKED = { x: [0, 1], x2: [0, 1], y: [0.65, 1], y2: [0.21, 0.56], y3: [0, 0.12] };

/** [traces, layout, config] of Plotly; `style` holds the colors, and the panels are stacked where the chart is `narrow`. */
export const figureOf = (curves, style, narrow) => [traces(curves, style), layout(curves, style, narrow), config()];

// ---- traces ----

function traces(curves, style) {
  const loss = {
    xaxis: 'x',
    yaxis: 'y',
    raw: curves.loss,
    smoothed: curves.smoothLoss,
    train: 1,
    val: 3,
    scale: 1,
    format: '.3f',
    unit: '',
  };
  const top1 = {
    xaxis: 'x2',
    yaxis: 'y2',
    raw: curves.top1,
    smoothed: curves.smoothTop1,
    train: 2,
    val: 4,
    scale: 100,
    format: '.1f',
    unit: ' %',
  };
  const rate = {
    xaxis: 'x',
    yaxis: 'y3',
    type: 'scatter',
    mode: 'lines',
    name: 'learning rate',
    showlegend: false,
    x: curves.x,
    y: curves.lr,
    line: { color: style.text, width: 1.4, shape: 'hvh' },
    hovertemplate: '%{y:.3g}',
  };
  return [...panel(curves, style, loss, true), ...panel(curves, style, top1, false), rate, ...guesses(curves, style)];
}

// What guessing reaches, dashed over the whole width of both panels.
function guesses({ data, extent }, style) {
  if (!data.chance) return [];
  const [, loss, top1] = data.chance;
  const line = { mode: 'lines', type: 'scatter', name: 'chance', showlegend: false, hoverinfo: 'skip', x: extent.x };
  const look = { line: { color: style.axis, width: 1.3, dash: 'dash' } };
  const level = (xaxis, yaxis, value) => ({ ...line, ...look, xaxis, yaxis, y: [value, value] });
  return [level('x', 'y', loss), level('x2', 'y2', 100 * top1)];
}

// The lines of loss or of accuracy; those of the `first` panel stand in the legend.
function panel({ x, epochs, reference, best, data }, style, { raw, smoothed, train, val, scale, format, unit, xaxis, yaxis }, first) {
  const shared = { xaxis, yaxis, type: 'scatter', mode: 'lines', showlegend: first, hovertemplate: `%{y:${format}}${unit}` };
  const line = (name, xs, ys, look, more = {}) => ({ ...shared, name, legendgroup: name, x: xs, y: ys, line: look, ...more });
  // A training loss with smoothed labels is not the validation's: it is called what it is, in the legend and at the pointer.
  const called = (loss, name) => (loss && first ? { name } : {});
  const at = (rows, field) => rows.map((row) => (row[field] === null ? null : row[field] * scale));
  const ofRows = (rows, shift = 0) => rows.map((row) => row[0] + shift);
  const compared = reference?.epochs ?? [];
  const dashed = (dash, width) => ({ color: style.reference, dash, width });
  const visible = Boolean(reference);
  return [
    line('training', x, raw, { color: style.faint, width: 1 }, called(data.training, data.training)),
    line('training, smoothed', x, smoothed, { color: style.run, width: 1.6 }, called(data.training, `${data.training}, running mean`)),
    // The mean over an epoch belongs to the epoch's middle.
    line(`${reference?.label}, training`, ofRows(compared, -0.5), at(compared, train), dashed('dot', 1.4), {
      visible,
      ...called(reference?.training, `${reference?.label}, ${reference?.training}`),
    }),
    line(`${reference?.label}, validation`, ofRows(compared), at(compared, val), dashed('dash', 2.2), { visible }),
    line('validation', ofRows(epochs), at(epochs, val), { color: style.text, width: 2.2 }, {
      mode: 'lines+markers',
      marker: { size: 6, color: style.text },
    }),
    line('best epoch', best ? [best[0]] : [], best ? at([best], val) : [], {}, {
      mode: 'markers',
      hoverinfo: 'skip',
      hovertemplate: null,
      marker: { symbol: 'star', size: 15, color: style.text, line: { color: style.background, width: 1.5 } },
      showlegend: false, // the panel's title says what the star is
    }),
  ];
}

// ---- layout ----

function layout(curves, style, narrow) {
  const { reference, changes, extent, data } = curves;
  return {
    uirevision: data.run,
    font: { family: style.font, size: 13, color: style.text },
    paper_bgcolor: style.background,
    plot_bgcolor: style.background,
    margin: { l: 52, r: 14, t: narrow ? 24 + 21 * (reference ? 5 : 3) : 46 + 20 * Boolean(reference), b: 42 },
    legend: {
      orientation: 'h',
      x: 0,
      y: 1,
      yref: 'container',
      yanchor: 'top',
      xref: 'container',
      tracegroupgap: 0,
      // A name a line: a phone, where nothing can rest on the chart, always shows the buttons of Plotly at the right of the first one.
      ...(narrow && { entrywidth: 1, entrywidthmode: 'fraction' }),
    },
    hovermode: 'x unified',
    hoverlabel: { namelength: -1, bgcolor: style.background, bordercolor: style.axis, font: { color: style.text } },
    dragmode: 'zoom',
    ...axes(curves, style, narrow, extent),
    shapes: changes.flatMap(([epoch]) => ['x', 'x2'].map((ref) => changeLine(epoch, ref, style))),
    annotations: [
      ...titles(curves, narrow),
      ...changes.map(([epoch, lr]) => changeLabel(epoch, lr, style)),
      ...guessLabels(data, style),
    ],
  };
}

function axes(curves, style, narrow, extent) {
  const domains = narrow ? STACKED : WIDE;
  const range = (values) => (values ? { range: values, autorange: false } : { autorange: true });
  const still = { uirevision: `${curves.data.run} ${curves.homes ?? 0}` }; // a zoom is kept until somebody asks for the whole again
  const axis = { gridcolor: style.grid, linecolor: style.axis, tickcolor: style.axis, zeroline: false, ticks: 'outside', ticklen: 4 };
  const across = (name, anchor, more) => ({
    ...axis,
    anchor,
    domain: domains[name],
    title: { text: 'epoch', standoff: 6, font: { size: 13 } },
    rangemode: 'tozero',
    ...range(extent.x),
    ...still,
    showline: true,
    hoverformat: '.2f',
    unifiedhovertitle: { text: 'epoch %{x:.2f}' },
    ...more,
  });
  const up = (name, anchor, more) => ({ ...axis, anchor, domain: domains[name], automargin: false, ...still, ...more });
  const known = curves.lr.length > 0;
  const rate = { ...rateScale(curves), fixedrange: true, exponentformat: 'power', showticklabels: known, tickfont: { size: 11 } };
  return {
    xaxis: across('x', 'y3'),
    xaxis2: across('x2', 'y2', { matches: 'x', ...(narrow && { showticklabels: false, title: { text: '' } }) }),
    yaxis: up('y', 'x', range(extent.loss)),
    yaxis2: up('y2', 'x2', range(extent.top1)),
    yaxis3: up('y3', 'x', rate),
  };
}

// Logarithmic only where the rate was set by hand over more than a factor of 10: a schedule that ends at 0 is read on a linear axis.
export function rateScale({ lr, changes, extent }) {
  const positive = lr.filter((rate) => rate > 0);
  const [low, high] = [Math.min(...positive), Math.max(...positive)];
  if (changes.length && high > 10 * low) {
    const [bottom, top] = [Math.log10(Math.max(low, high / 1e4)), Math.log10(high)];
    return { type: 'log', dtick: 1, autorange: false, range: [bottom - 0.15, top + 0.15] };
  }
  return { type: 'linear', nticks: 3, ...(extent?.lr ? { autorange: false, range: extent.lr } : { autorange: true, rangemode: 'tozero' }) };
}

const changeLine = (epoch, xref, style) => ({
  type: 'line',
  xref,
  yref: 'paper',
  x0: epoch,
  x1: epoch,
  y0: 0,
  y1: 1,
  layer: 'below',
  line: { color: style.axis, width: 1.3, dash: 'dot' },
});

const changeLabel = (epoch, lr, style) => ({
  xref: 'x',
  x: epoch,
  yref: 'y domain',
  y: 0.99,
  yanchor: 'top',
  xanchor: 'left',
  showarrow: false,
  text: `lr ${Number(lr.toPrecision(3))}`,
  font: { size: 12 },
  bgcolor: style.veil,
});

function guessLabels({ chance }, style) {
  if (!chance) return [];
  const [count, loss, top1] = chance;
  const label = (axis, x, y, text) => ({
    xref: `${x} domain`,
    x: 1,
    xanchor: 'right',
    yref: axis,
    y,
    yanchor: 'bottom',
    showarrow: false,
    text,
    font: { size: 12 },
    borderpad: 1,
    bgcolor: style.veil,
  });
  return [
    label('y', 'x', loss, `chance: ln ${count} = ${loss.toFixed(2)}`),
    label('y2', 'x2', 100 * top1, `chance ${Number((100 * top1).toPrecision(3))} %`),
  ];
}

// Axis titles stand level above their axes: easier to read than turned ones.
function titles({ best, data }, narrow) {
  const title = (axis, text, xref = 'x') => ({
    xref: `${xref} domain`,
    x: 0,
    xanchor: 'left',
    xshift: xref === 'x' || narrow ? -42 : -28,
    yref: `${axis} domain`,
    y: 1,
    yanchor: 'bottom',
    yshift: 4,
    text,
    showarrow: false,
    font: { size: 13 },
  });
  const words = best && best[4] !== null && `<b>★ best: ${(100 * best[4]).toFixed(1)} % at epoch ${best[0]}</b>`;
  const star = words ? [{ ...title('y2', words, 'x2'), x: 1, xanchor: 'right', xshift: 0 }] : [];
  return [title('y', 'loss'), title('y2', `${data.accuracy} (%)`, 'x2'), title('y3', 'learning rate'), ...star];
}

const config = () => ({
  responsive: true,
  displaylogo: false,
  doubleClick: false, // the chart answers it by itself: the whole is where its axes are anchored
  modeBarButtons: [['zoom2d', 'pan2d', 'autoScale2d']], // above it are buttons that save it with a caption
});
