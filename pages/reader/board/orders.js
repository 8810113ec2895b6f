// The orders of reading that the board is not opened with. They come in a message of their own, once the board has come to rest; by the
// same way the board sends what it shows.
export default function orders({ data: [data], parentElement, setStateValue }) {
  const root = parentElement.querySelector('.reader-others');
  root.others = data;
  root.send = (view) => setStateValue('view', view);
  document.querySelector('.reader')?.board?.complete();
}
