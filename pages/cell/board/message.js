// What a message (pages/cell/board) holds: arrays by name.

export function unpack(data, kind) {
  const view = new DataView(Uint8Array.from(atob(data.numbers), (letter) => letter.charCodeAt(0)).buffer);
  const numbers = Float32Array.from({ length: view.byteLength / 4 }, (_, n) => view.getFloat32(4 * n, true));
  const arrays = {};
  let offset = 0;
  for (const [name, length] of data.parts) {
    arrays[name] = numbers.subarray(offset, offset + length);
    offset += length;
  }
  if (kind === 'rnn') arrays.sum = arrays.from_input.map((value, n) => value + arrays.from_state[n]);
  return arrays;
}

// Whether two messages differ only in what stands at one place, as while a slider is dragged: the ghost is then the run before that edit.
export function sameEdit(own, data) {
  const place = ({ edits }) => edits.length && edits.at(-1).slice(0, 3).join();
  return own.setup === data.setup && own.kind === data.kind && own.edits.length === data.edits.length && place(own) === place(data) && data.edits.length > 0;
}
