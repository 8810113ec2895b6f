// Edits of a picture, as core.evaluation.pictures makes them: "5" erases patch 5, "1-2" swaps patches 1 and 2, one after the other.

// `base` holds side * side pixels of three bytes; the result has four bytes a pixel, as ImageData wants them.
export function paintEdits(base, edits, patch, color, side) {
  const pixels = new Uint8ClampedArray(side * side * 4).fill(255);
  for (let i = 0; i < side * side; i += 1) pixels.set(base.subarray(3 * i, 3 * i + 3), 4 * i);
  const whole = new Uint32Array(pixels.buffer); // a pixel each
  const paint = new Uint32Array(new Uint8Array([...color, 255]).buffer)[0];
  const grid = side / patch;
  const start = (index) => Math.floor(index / grid) * patch * side + (index % grid) * patch;
  for (const edit of edits) {
    const [first, second] = edit.split('-').map(Number).map(start);
    for (let row = 0; row < patch; row += 1) {
      const here = first + row * side;
      if (second === undefined) whole.fill(paint, here, here + patch);
      else {
        const there = second + row * side;
        const kept = whole.slice(here, here + patch);
        whole.copyWithin(here, there, there + patch);
        whole.set(kept, there);
      }
    }
  }
  return pixels;
}

// Whether a patch is erased already; something may have come into its place since.
export function isErased(edits, patch) {
  const last = edits.findLast((edit) => edit.split('-').includes(String(patch)));
  return last === String(patch);
}
