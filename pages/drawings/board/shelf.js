// The pictures that have come to a board, and what is wished of them. Pure.

const MOST_WISHES = 100; // that the server takes at a time

/** Pictures by id, in the order in which they came. */
export class Shelf {
  pictures = new Map();
  dropped = []; // ids that were dropped here, the last one last
  #wished = new Map(); // by id: whether it is to be dropped; until a message says so
  #known = { set: null, version: 0 };

  /** Take a message. Whether it leads on from what is here: else everything has to be asked for. */
  take({ set, since, version, pictures, gone }) {
    const same = set === this.#known.set;
    if (since && (!same || since > this.#known.version)) return false;
    if (!since) this.pictures.clear();
    if (!same) this.dropped = [];
    for (const [id, label, who, uri] of pictures) {
      this.pictures.set(id, { id, label, who, uri });
      if (this.#wished.get(id) === false) this.#wished.delete(id);
    }
    for (const id of gone) {
      this.pictures.delete(id);
      if (this.#wished.get(id)) this.#wished.delete(id);
    }
    this.#known = { set, version };
    return true;
  }

  /** Wish that a picture is dropped, or comes back. */
  wish(id, dropped) {
    this.#wished.set(id, dropped);
    this.dropped = this.dropped.filter((other) => other !== id);
    if (dropped) this.dropped.push(id);
  }

  /** What has been wished and not been confirmed, the latest last. */
  wishes() {
    return [...this.#wished].slice(-MOST_WISHES).map(([id, dropped]) => ({ id, dropped }));
  }

  /** The pictures of each class that are not dropped, the newest first. */
  byClass(classes) {
    const found = new Map(classes.map((name) => [name, []]));
    for (const picture of this.pictures.values()) {
      if (!this.#wished.get(picture.id)) found.get(picture.label)?.unshift(picture);
    }
    return found;
  }
}

/** A count with its noun. */
export const counted = (count, noun) => `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;

/** Seconds as minutes and seconds: 2:05. */
export function clock(seconds) {
  const whole = Math.ceil(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}
