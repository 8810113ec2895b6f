// Plays a sequence: part by part where there is time for it, else step by step.

const PLAY = { whole: 12000, shortest: 45, longest: 1800, part: 150 }; // ms: a sequence, a step, and the shortest time a part is lit

export class Playing {
  constructor(board, button) {
    Object.assign(this, { board, button, frame: null });
  }

  toggle() {
    if (this.frame) return this.stop();
    const { board } = this;
    const from = board.t >= board.T - 1 ? 0 : board.t;
    const parts = board.kind.parts.length;
    const pace = Math.max(PLAY.shortest, Math.min(PLAY.longest, PLAY.whole / board.T));
    const inside = pace / parts >= PLAY.part; // else parts would only flicker
    const start = performance.now();
    const next = (now) => {
      if (!this.frame || !board.root.isConnected) return;
      const passed = Math.max(0, now - start) / pace; // a frame may have begun before the click
      const t = from + Math.floor(passed);
      if (t >= board.T) {
        board.lit = parts - 1; // however slow the frames were
        board.go(board.T - 1);
        return this.stop();
      }
      const lit = inside ? Math.floor((passed % 1) * parts) : parts - 1;
      if (t !== board.t || lit !== board.lit) {
        board.lit = lit;
        board.go(t);
      }
      this.frame = requestAnimationFrame(next);
    };
    this.frame = requestAnimationFrame(next);
    this.name();
    return undefined;
  }

  stop() {
    cancelAnimationFrame(this.frame);
    this.frame = null;
    this.name();
  }

  name() {
    this.button.textContent = this.frame ? 'Pause' : 'Play';
  }
}
