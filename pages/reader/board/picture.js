// The picture on its canvas: what has been read, and on which way.
export const SIDE = 32; // pixels of the picture
const SCALE = 8; // of its canvas
const GREY = 0.22; // light that is left of what has not been read

const sheet = document.createElement('canvas');
sheet.width = sheet.height = SIDE;

// What has been read as it is, the rest in pale grey, and the way of reading through the middles of the patches. `read` are the patches in
// the order in which they were read; `both` marks where each direction is, in the colors `run` and `back`.
export function paint(canvas, pixels, read, patch, { both, run, back }) {
  const side = SIDE / patch;
  const seen = new Set(read);
  const image = new ImageData(SIDE, SIDE);
  for (let i = 0; i < SIDE * SIDE; i += 1) {
    const own = Math.floor(Math.floor(i / SIDE) / patch) * side + Math.floor((i % SIDE) / patch);
    let rgb = pixels.subarray(3 * i, 3 * i + 3);
    if (!seen.has(own)) rgb = Array(3).fill(150 + GREY * (0.299 * rgb[0] + 0.587 * rgb[1] + 0.114 * rgb[2]));
    image.data.set([...rgb, 255], 4 * i);
  }
  sheet.getContext('2d').putImageData(image, 0, 0);
  const pen = canvas.getContext('2d');
  pen.imageSmoothingEnabled = false;
  pen.drawImage(sheet, 0, 0, SIDE * SCALE, SIDE * SCALE);
  if (read.length) route(pen, read, side, patch * SCALE, { both, run, back });
}

function route(pen, read, side, size, { both, run, back }) {
  const middle = (index) => [((index % side) + 0.5) * size, (Math.floor(index / side) + 0.5) * size];
  const beside = (from, to) => Math.abs((from % side) - (to % side)) + Math.abs(Math.floor(from / side) - Math.floor(to / side)) === 1;
  for (const [width, style, jumps] of [[1, 'rgba(255, 255, 255, 0.4)', true], [3, 'rgba(0, 0, 0, 0.35)', false], [1.5, 'rgba(255, 255, 255, 0.75)', false]]) {
    Object.assign(pen, { lineWidth: width, strokeStyle: style });
    pen.beginPath();
    read.forEach((index, place) => {
      const joined = place > 0 && (jumps || beside(read[place - 1], index)); // a jump is a thin line
      if (joined) pen.lineTo(...middle(index));
      else pen.moveTo(...middle(index));
    });
    pen.stroke();
  }
  const frame = (index, color) => {
    const [x, y] = [(index % side) * size, Math.floor(index / side) * size];
    for (const [width, style] of [[6, '#fff'], [3.5, color]]) {
      Object.assign(pen, { lineWidth: width, strokeStyle: style });
      pen.strokeRect(x + 1.5, y + 1.5, size - 3, size - 3);
    }
  };
  const last = read[read.length - 1];
  frame(last, run);
  if (!both) return;
  if (last !== read[0]) frame(read[0], back);
  const name = (index, text, color) => {
    const [x, y] = middle(index);
    Object.assign(pen, { font: '600 17px sans-serif', textAlign: 'center', textBaseline: 'middle', lineWidth: 4, strokeStyle: '#fff', fillStyle: color });
    const inside = Math.min(Math.max(x, 12), SIDE * SCALE - 12);
    pen.strokeText(text, inside, y);
    pen.fillText(text, inside, y);
  };
  name(last, '→', run);
  if (last !== read[0]) name(read[0], '←', back);
}
