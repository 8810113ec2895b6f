// One figure, two ways to draw it: on a canvas (fast: 200 curves in one go) and as SVG (to take along). Places are in CSS pixels; a line is
// a flat list x0, y0, x1, y1, ... in which a number that is not finite makes a gap. A look is { color, width, dash, alpha, fill }.
import { disc } from '../../../dashboard/kit/canvas.js';
import { attributes, escaped } from '../../../dashboard/kit/text.js';

export function canvasPen(context, font) {
  const look = ({ color, width = 1, dash = [], alpha = 1 }) => {
    Object.assign(context, { strokeStyle: color, fillStyle: color, lineWidth: width, globalAlpha: alpha, lineJoin: 'round' });
    context.setLineDash(dash);
  };
  return {
    line(points, how) {
      look(how);
      context.beginPath();
      let down = false;
      for (let i = 0; i < points.length; i += 2) {
        const [x, y] = [points[i], points[i + 1]];
        const there = Number.isFinite(x) && Number.isFinite(y);
        if (there) context[down ? 'lineTo' : 'moveTo'](x, y);
        down = there;
      }
      context.stroke();
    },
    dot(x, y, radius, how) {
      look(how);
      disc(context, [x, y], radius);
    },
    text(x, y, words, { size = 12, anchor = 'start', color, weight = 400, alpha = 1, halo }) {
      look({ color, alpha });
      Object.assign(context, {
        font: `${weight} ${size}px ${font}`,
        textAlign: anchor === 'middle' ? 'center' : anchor,
        textBaseline: 'middle',
      });
      if (halo) {
        Object.assign(context, { strokeStyle: halo, lineWidth: 4 });
        context.strokeText(words, x, y);
      }
      context.fillText(words, x, y);
    },
    inside({ left, top, right, bottom }, draw) {
      context.save();
      context.beginPath();
      context.rect(left, top, right - left, bottom - top);
      context.clip();
      draw();
      context.restore();
    },
  };
}

export function svgPen(width, height, { font, background }) {
  const parts = [];
  let clips = 0;
  const number = (value) => Math.round(value * 10) / 10;
  const add = (tag, given, words = '') => parts.push(`<${tag}${attributes(given)}>${escaped(words)}</${tag}>`);
  // A color and an opacity apart: not every viewer of SVG knows rgba().
  const paint = (name, color, alpha = 1) => {
    const [, inside, own = 1] = /^rgba\((.+), ([\d.]+)\)$/.exec(color) ?? [];
    const clear = alpha * own;
    return { [name]: inside ? `rgb(${inside})` : color, opacity: clear === 1 ? undefined : Math.round(100 * clear) / 100 };
  };
  const stroke = ({ color, width: wide = 1, dash = [], alpha }) => ({
    ...paint('stroke', color, alpha),
    'stroke-width': wide,
    'stroke-dasharray': dash.join(' '),
  });
  add('rect', { width, height, fill: background });
  return {
    line(points, how) {
      let d = '';
      let down = false;
      for (let i = 0; i < points.length; i += 2) {
        const there = Number.isFinite(points[i]) && Number.isFinite(points[i + 1]);
        if (there) d += `${down ? 'L' : 'M'}${number(points[i])} ${number(points[i + 1])}`;
        down = there;
      }
      if (d) add('path', { d, fill: 'none', 'stroke-linejoin': 'round', ...stroke(how) });
    },
    dot(x, y, radius, how) {
      add('circle', { cx: number(x), cy: number(y), r: radius, ...paint('fill', how.color, how.alpha) });
    },
    text(x, y, words, { size = 12, anchor = 'start', color, weight = 400, alpha }) {
      const place = { x: number(x), y: number(y), 'text-anchor': anchor, 'dominant-baseline': 'central' };
      add('text', { ...place, 'font-size': size, 'font-weight': weight, ...paint('fill', color, alpha) }, words);
    },
    inside({ left, top, right, bottom }, draw) {
      clips += 1;
      const box = `<rect x="${left}" y="${top}" width="${right - left}" height="${bottom - top}"/>`;
      parts.push(`<clipPath id="panel-${clips}">${box}</clipPath><g clip-path="url(#panel-${clips})">`);
      draw();
      parts.push('</g>');
    },
    toString() {
      const head = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"`;
      return `${head} font-family="${escaped(font)}">${parts.join('')}</svg>`;
    },
  };
}
