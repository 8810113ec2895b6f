// Small things that the board and its figure are made of.
export function make(tag, className = '', text = '') {
  const element = document.createElement(tag);
  element.className = className;
  if (text) element.textContent = text;
  return element;
}

export function svg(tag, attributes) {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

export function bytes(base64) {
  const text = atob(base64);
  const found = new Uint8Array(text.length); // filled by hand: a call for each of a hundred thousand would be seen
  for (let i = 0; i < text.length; i += 1) found[i] = text.charCodeAt(i);
  return found;
}

// Numbers with the lowest byte first, whatever the machine's own order is.
const unpack = (kind, size, read) => (base64) => {
  const view = new DataView(bytes(base64).buffer);
  const found = new kind(view.byteLength / size);
  for (let i = 0; i < found.length; i += 1) found[i] = view[read](size * i, true);
  return found;
};
export const floats = unpack(Float32Array, 4, 'getFloat32');
export const shorts = unpack(Uint16Array, 2, 'getUint16');
export const shorts16 = unpack(Int16Array, 2, 'getInt16');

export function save(blob, name) {
  const link = Object.assign(document.createElement('a'), { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
