// Numbers out of a message: base64 of an array as dashboard's Python packs it, the lowest byte first whatever the machine's own order is.

/**
 * @param {string} base64
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function bytes(base64) {
  const text = atob(base64);
  const unpacked = new Uint8Array(text.length); // filled by hand: a call for each of a hundred thousand would be seen
  for (let i = 0; i < text.length; i += 1) unpacked[i] = text.charCodeAt(i);
  return unpacked;
}

/**
 * @template {Int8Array | Int16Array | Uint16Array | Float32Array | Float64Array} Numbers
 * @param {{ new (length: number): Numbers, BYTES_PER_ELEMENT: number }} Kind
 * @param {(view: DataView, at: number) => number} read
 * @returns {(base64: string) => Numbers}
 */
function unpacker(Kind, read) {
  return (base64) => {
    const view = new DataView(bytes(base64).buffer);
    const unpacked = new Kind(view.byteLength / Kind.BYTES_PER_ELEMENT);
    for (let i = 0; i < unpacked.length; i += 1) unpacked[i] = read(view, i * Kind.BYTES_PER_ELEMENT);
    return unpacked;
  };
}

export const int8s = unpacker(Int8Array, (view, at) => view.getInt8(at));
export const int16s = unpacker(Int16Array, (view, at) => view.getInt16(at, true));
export const uint16s = unpacker(Uint16Array, (view, at) => view.getUint16(at, true));
export const floats = unpacker(Float32Array, (view, at) => view.getFloat32(at, true));
export const doubles = unpacker(Float64Array, (view, at) => view.getFloat64(at, true));

/**
 * Arrays that were packed one behind the other, by their names.
 * @param {Float32Array} values
 * @param {[string, number][]} parts each with its length
 */
export function parted(values, parts) {
  /** @type {Record<string, Float32Array>} */
  const arrays = {};
  let offset = 0;
  for (const [name, length] of parts) {
    arrays[name] = values.subarray(offset, offset + length);
    offset += length;
  }
  return arrays;
}
