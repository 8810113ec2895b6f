// What is sent and not yet answered, which class comes next, and what is said of it. Pure.

const MOST = 10; // sheets that the server takes at a time

/** Sheets that have been sent: each stays until the server says that it has it. */
export class Outbox {
  sheets = [];
  #number = 0;

  /** Put a sheet into it; all that is in it now. */
  put(label, png) {
    this.#number += 1;
    this.sheets = [...this.sheets, { number: this.#number, label, png }];
    return this.sheets;
  }

  /** The server has all sheets up to the one with this number. */
  answered(number) {
    this.#number = Math.max(this.#number, number);
    this.sheets = this.sheets.filter((sheet) => sheet.number > number);
  }

  get full() {
    return this.sheets.length >= MOST;
  }
}

/** The class with the fewest pictures, the first of equals; "" of none. */
export const fewest = (classes, counts) => classes[counts.indexOf(Math.min(...counts))] ?? '';

/** The line above the pad, and the one beside its button. */
export function told({ classes, counts, mine, waiting, last, said, most }) {
  if (!classes.length) return { head: 'Nothing is collected now: try the pad meanwhile. It goes on here by itself.', said: '' };
  const head = 'Draw what is marked, or choose another one.';
  const sent = mine + waiting;
  if (said) return { head, said };
  if (!sent) return { head, said: '' };
  const of = last ? `, “${last}” has ${counts[classes.indexOf(last)]}` : '';
  return { head, said: sent >= most ? `Sent ${sent}: that is enough, and thank you.` : `Sent ${sent}${of}.` };
}
