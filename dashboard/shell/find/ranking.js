// Finding entries by words, as core/guide/find.py does it, which says what each rule is: tests hold both to one another. Pure.

/**
 * @typedef {{ kind: string, title: string, page: string, text: string, names: string[], words: string }} Findable
 * @typedef {{ place: number, rule: number, share: number }} Hit `place` is that of the entry in the list
 * @typedef {{ called: string[][], inNames: Set<string>, inAll: Set<string> }} Worded
 */

const EXACT = 0, PREFIX = 1, NAMED = 2, WORDS = 3, SPELLING = 4, SOME = 5;
const NEAR = 0.72, LEAST = 0.34, LESSER = 0.05, MOST_LETTERS = 300, MANY = 30, FULLNESS = 0.4, MOST = 12;
const EMPTY = new Set(
  ('a an and are as at be by can does for from has how i in into is it its of on or so than that the this to what where which who with')
    .split(' '),
);

/**
 * The words of a text in small letters, without accents and without the s of a plural; numbers such as 1.2 are words, too.
 * @param {string} text
 */
export function wordsOf(text) {
  const plain = text.toLowerCase().replaceAll('ß', 'ss').normalize('NFKD').replace(/\p{M}/gu, '');
  const found = plain.match(/\p{Nd}+(?:\.\p{Nd}+)+|[\p{L}\p{N}]+/gu) ?? [];
  return found.map((word) => ([...word].length > 3 && word.endsWith('s') && !word.endsWith('ss') ? word.slice(0, -1) : word));
}

/**
 * The longest run of letters that two words share, the first one in `one`, then in `other`: [start, start, length].
 * @param {string} one
 * @param {string} other
 */
function longest(one, other) {
  let best = [0, 0, 0];
  for (let i = 0; i < one.length; i++) {
    for (let j = 0; j < other.length; j++) {
      let size = 0;
      while (i + size < one.length && one[i + size] === other[j + size]) size++;
      if (size > best[2]) best = [i, j, size];
    }
  }
  return best;
}

/**
 * Letters that two words share in blocks (Ratcliff and Obershelp).
 * @param {string} one
 * @param {string} other
 * @returns {number}
 */
function matching(one, other) {
  const [i, j, size] = longest(one, other);
  if (!size) return 0;
  return size + matching(one.slice(0, i), other.slice(0, j)) + matching(one.slice(i + size), other.slice(j + size));
}

/**
 * How alike two words are, 0 to 1, as Python's difflib says.
 * @param {string} one
 * @param {string} other
 */
export const ratio = (one, other) => (2 * matching(one, other)) / (one.length + other.length);

const begins = (/** @type {Iterable<string>} */ words, /** @type {string} */ begun) => {
  for (const word of words) if (word.startsWith(begun)) return true;
  return false;
};

export class Index {
  /** @param {Findable[]} entries */
  constructor(entries) {
    /** @type {Worded[]} */
    this.worded = entries.map(({ title, names, text, words }) => {
      const called = [title, ...names].map(wordsOf), inNames = new Set(called.flat());
      return { called, inNames, inAll: new Set([...inNames, ...wordsOf(text), ...wordsOf(words)]) };
    });
    /** @type {Map<string, number>} */
    const used = new Map();
    for (const { inAll } of this.worded) for (const word of inAll) used.set(word, (used.get(word) ?? 0) + 1);
    this.vocabulary = [...used.keys()];
    /** @type {Map<string, number>} */
    this.weights = new Map([...used].map(([word, count]) => [word, Math.log(1 + entries.length / count)]));
    /** @type {Map<string, string>} */
    this.near = new Map();
  }

  /**
   * The best entries for a question, the best one first; none for a question without words.
   * @param {string} text
   * @param {number} [most]
   * @returns {Hit[]}
   */
  find(text, most = MOST) {
    const asked = wordsOf([...text].slice(0, MOST_LETTERS).join(''));
    if (!asked.length) return [];
    const spelled = asked.map((word) => this.nearest(word));
    const hits = this.worded.map((entry, place) => this.#hit(entry, place, asked, spelled)).filter((hit) => hit !== null);
    return hits.sort((one, other) => one.rule - other.rule || other.share - one.share || one.place - other.place).slice(0, most);
  }

  /**
   * @param {Worded} entry
   * @param {number} place
   * @param {string[]} asked
   * @param {string[]} spelled
   * @returns {Hit | null}
   */
  #hit(entry, place, asked, spelled) {
    const rule = ruleOf(entry, asked);
    if (rule !== null) return { place, rule, share: closeness(entry, asked) };
    const near = spelled.some((word, n) => word !== asked[n]) ? ruleOf(entry, spelled) : null;
    if (near !== null) return { place, rule: SPELLING, share: 1 - (near + 1 - closeness(entry, spelled)) / SPELLING };
    const [share, count] = this.#shared(entry, spelled);
    if (share < LEAST && count < 2) return null;
    return { place, rule: SOME, share: share / (1 + entry.inAll.size / MANY) ** FULLNESS };
  }

  /**
   * How much of a question's words an entry has by weight, words of its text for a half, and how many.
   * @param {Worded} entry
   * @param {string[]} asked
   */
  #shared(entry, asked) {
    const telling = new Set(asked.filter((word) => this.weights.has(word) && !EMPTY.has(word) && [...word].length > 1));
    let whole = 0, found = 0, count = 0;
    for (const word of telling) {
      const weight = this.weights.get(word) ?? 0;
      whole += weight;
      if (!entry.inAll.has(word)) continue;
      found += weight * (entry.inNames.has(word) ? 1 : 0.5);
      count++;
    }
    return [whole ? found / whole : 0, count];
  }

  /**
   * The word that was meant: the same if somebody uses it or one that begins with it, else the nearest one, if there is one.
   * @param {string} word
   */
  nearest(word) {
    const known = this.near.get(word);
    if (known !== undefined) return known;
    let best = word, score = 0;
    if (word.length > 3 && !begins(this.vocabulary, word)) {
      for (const other of this.vocabulary) {
        const [short, long] = word.length < other.length ? [word, other] : [other, word];
        if ((2 * short.length) / (short.length + long.length) < NEAR) continue; // they cannot be near enough
        const alike = ratio(other, word);
        if (alike >= NEAR && (alike > score || (alike === score && other > best))) [best, score] = [other, alike];
      }
    }
    this.near.set(word, best);
    return best;
  }
}

/**
 * The first rule but those of spelling and of some words that an entry keeps; null where it keeps none.
 * @param {Worded} entry
 * @param {string[]} asked
 */
function ruleOf({ called, inAll }, asked) {
  const text = asked.join(' '), names = called.map((name) => name.join(' '));
  if (names.includes(text)) return EXACT;
  if (names.some((name) => name.startsWith(text))) return PREFIX;
  if (called.some((name) => asked.every((word) => begins(name, word)))) return NAMED;
  return asked.every((word) => begins(inAll, word)) ? WORDS : null;
}

/**
 * How much of a name has been asked for. A title counts before other names.
 * @param {Worded} entry
 * @param {string[]} asked
 */
function closeness({ called }, asked) {
  const letters = [...asked.join(' ')].length;
  const meant = called.flatMap((name, place) =>
    asked.every((word) => begins(name, word)) ? [Math.min(1, letters / [...name.join(' ')].length) - (place > 0 ? LESSER : 0)] : []
  );
  return meant.length ? Math.max(...meant) : 0;
}
