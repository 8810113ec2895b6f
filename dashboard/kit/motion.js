// Whether anything may move by itself.

/** Whether this person has asked the system for no movement: then a player goes to its end at once. */
export const calm = () => Boolean(globalThis.matchMedia?.('(prefers-reduced-motion: reduce)').matches);
