// The clip along one axis, drawn on a canvas: strips of labels, curves of scores, and where the present frame lies.

const LEFT = 108, RIGHT = 14; // margins: the names of the rows, and room for half a number
const STRIP = 24, THIN = 16, CURVE = 54, GAP = 6, LINE = 22; // heights
const FONT = "13px system-ui, sans-serif";
const TICKS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 3600, 7200]; // seconds apart

class Axis {
  constructor(canvas, clip) {
    this.canvas = canvas;
    this.clip = clip;
    this.still = document.createElement("canvas"); // all that does not change from frame to frame
    const strips = clip.truth ? 4 : 3;
    this.height = strips * (STRIP + GAP) + THIN + 2 * GAP + clip.classes.length * (CURVE + GAP) + 2 * LINE;
    canvas.style.height = `${this.height}px`;
    this.tiles = clip.colours.map((colour, k) => hatched(colour, clip.inks[k], k));
  }

  /** Where the middle of a frame lies, in pixels from the left. */
  x(frame) {
    return LEFT + ((frame + 0.5) * this.width) / this.clip.frames;
  }

  frameAt(x) {
    return Math.floor(((x - LEFT) * this.clip.frames) / this.width);
  }

  /** Draw the strips and curves. */
  paint(raw, sides) {
    if (!this.width) return; // it is not on the screen yet
    this.pen.clearRect(0, 0, LEFT + this.width + RIGHT, this.height);
    this.paintStrips(raw, sides);
    this.paintCurves(raw, sides);
  }

  /** Take the size and the colours that the canvas has on the screen now. */
  fit() {
    const ratio = devicePixelRatio, wide = this.canvas.clientWidth;
    if (!wide) return;
    this.ratio = ratio;
    this.width = Math.max(1, wide - LEFT - RIGHT);
    for (const canvas of [this.canvas, this.still]) {
      canvas.width = Math.round(wide * ratio);
      canvas.height = Math.round(this.height * ratio);
      canvas.getContext("2d").scale(ratio, ratio);
    }
    this.pen = this.still.getContext("2d");
    const { color, backgroundColor } = getComputedStyle(this.canvas);
    this.ink = color;
    this.paper = backgroundColor;
  }

  paintStrips(raw, sides) {
    const { A, B } = sides, { truth } = this.clip;
    const strips = { ...(truth && { truth }), "each frame": raw.labels, [`A   ${A.size}`]: A.labels, [`B   ${B.size}`]: B.labels };
    let top = 0;
    for (const [name, labels] of Object.entries(strips)) {
      this.paintName(name, top, STRIP);
      this.paintLabels(labels, top);
      top += STRIP + GAP;
    }
    this.bottoms = { A: top - STRIP - 2 * GAP, B: top - GAP }; // of the strips of the sides
    this.paintName("A ≠ B", top, THIN);
    this.fill(LEFT, top, this.width, THIN, this.ink, 0.12);
    const differences = new Path2D();
    this.columns(this.width, (from, to, column) => {
      for (let frame = from; frame < to; frame++) {
        if (A.labels[frame] !== B.labels[frame]) return differences.rect(LEFT + column, top, 1.5, THIN);
      }
    });
    this.pen.fill(differences);
    this.top = top + THIN + 2 * GAP; // of the curves
  }

  /** Call `draw(from, to, column)` for each of so many columns, with its frames from ≤ frame < to. */
  columns(count, draw) {
    const { frames } = this.clip;
    for (let column = 0; column < count; column++) {
      const from = Math.floor((column * frames) / count);
      draw(from, Math.max(from + 1, Math.floor(((column + 1) * frames) / count)), column);
    }
  }

  fill(x, top, width, height, style, alpha = 1) {
    this.pen.globalAlpha = alpha;
    this.pen.fillStyle = style;
    this.pen.fillRect(x, top, width, height);
    this.pen.globalAlpha = 1;
  }

  /**
   * A strip of labels, pixel by pixel. Where a column holds several frames, the label of most fills it, and each other
   * stands in it from below, visible however rare. Each label's name stands in its longest run, since colour is never
   * the only sign.
   */
  paintLabels(labels, top) {
    const { classes, colours, inks } = this.clip, { ratio } = this;
    const place = label => (label < 0 ? classes.length : label); // the last colour is that of no event
    const width = Math.round(this.width * ratio), height = Math.round(STRIP * ratio);
    const image = this.pen.createImageData(width, height), pixels = new Uint32Array(image.data.buffer);
    const paint = (x, k, from, to) => {
      for (let y = from; y < to; y++) pixels[y * width + x] = this.tiles[k][(y % 8) * 8 + (x % 8)];
    };
    const counts = new Int32Array(colours.length);
    this.columns(width, (from, to, x) => {
      counts.fill(0);
      for (let frame = from; frame < to; frame++) counts[place(labels[frame])]++;
      const most = counts.indexOf(Math.max(...counts));
      let bottom = height;
      for (let k = 0; k < counts.length; k++) {
        if (!counts[k] || k === most) continue;
        const high = Math.max(Math.round(3 * ratio), Math.round((height * counts[k]) / (to - from)));
        paint(x, k, Math.max(0, bottom - high), bottom);
        bottom = Math.max(0, bottom - high);
      }
      paint(x, most, 0, bottom);
    });
    this.pen.putImageData(image, Math.round(LEFT * ratio), Math.round(top * ratio));
    const longest = new Map();
    for (const run of segments(labels)) {
      const other = longest.get(run.label);
      if (!other || run.stop - run.start > other.stop - other.start) longest.set(run.label, run);
    }
    this.pen.font = `bold ${FONT}`;
    for (const { start, stop, label } of longest.values()) {
      const name = label < 0 ? "no event" : classes[label], wide = this.pen.measureText(name).width;
      const left = this.x((start + stop) / 2 - 0.5) - wide / 2;
      if (wide + 10 > this.x(stop) - this.x(start)) continue;
      this.fill(left - 4, top + 3, wide + 8, STRIP - 6, colours[place(label)]);
      this.pen.fillStyle = inks[place(label)];
      this.pen.fillText(name, left, top + 17);
    }
  }

  /** For each class its score, 0 to 1: of each frame pale, of A in the event's colour, of B dashed. */
  paintCurves(raw, { A, B }) {
    const { pen, clip } = this;
    const ticks = this.ticks();
    let top = this.top;
    clip.classes.forEach((name, k) => {
      this.paintName(name, top, CURVE);
      this.fill(LEFT - 6, top, 4, CURVE, clip.colours[k]);
      for (const [x] of ticks) this.fill(x, top, 1, CURVE, this.ink, 0.12);
      for (const y of [top, top + CURVE - 1]) this.fill(LEFT, y, this.width, 1, this.ink, 0.12);
      this.paintCurve(raw.rows, k, top, { stroke: this.ink, alpha: 0.35, width: 1 });
      if (A.rows) this.paintCurve(A.rows, k, top, { stroke: clip.colours[k], width: 2.5 });
      if (B.rows) this.paintCurve(B.rows, k, top, { stroke: this.ink, width: 1.8, dash: [8, 4] });
      top += CURVE + GAP;
    });
    pen.font = FONT;
    pen.fillStyle = this.ink;
    pen.textAlign = "center";
    for (const [x, text] of ticks) pen.fillText(text, Math.min(x, LEFT + this.width - 10), top + 12);
    pen.textAlign = "start";
    this.paintName(ticks.some(([, text]) => text.includes(":")) ? "min:s" : "seconds", top - 4, LINE);
    this.bottom = top - GAP;
    this.paintLegend(top + LINE, A, B);
  }

  /** One curve: a line from frame to frame or, where a column holds several, a bar from the lowest to the highest. */
  paintCurve(rows, k, top, { stroke, width, alpha = 1, dash = [] }) {
    const { pen } = this, { classes, frames } = this.clip;
    const y = score => top + 2 + (1 - score) * (CURVE - 4);
    const score = frame => rows[frame * classes.length + k];
    const [on, off] = dash.length ? dash : [1, 0];
    const path = new Path2D();
    pen.save();
    pen.globalAlpha = alpha;
    pen.strokeStyle = pen.fillStyle = stroke;
    pen.lineWidth = width;
    pen.setLineDash(dash);
    if (frames <= this.width) {
      for (let frame = 0; frame < frames; frame++) path.lineTo(this.x(frame), y(score(frame)));
      pen.stroke(path);
    } else {
      this.columns(this.width, (from, to, column) => {
        if (column % (on + off) >= on) return;
        let low = Infinity, high = -Infinity;
        for (let frame = Math.max(0, from - 1); frame < to; frame++) {
          low = Math.min(low, score(frame));
          high = Math.max(high, score(frame));
        }
        pen.fillRect(LEFT + column, y(high) - width / 2, 1, y(low) - y(high) + width); // a path of all takes ten times as long
      });
    }
    pen.restore();
  }

  paintLegend(top, A, B) {
    const { pen } = this, y = top + 8;
    let x = LEFT;
    const entry = (text, dash, width, alpha, strokes) => {
      pen.save();
      pen.setLineDash(dash);
      pen.lineWidth = width;
      pen.globalAlpha = alpha;
      strokes.forEach((stroke, at) => {
        const step = 36 / strokes.length;
        pen.strokeStyle = stroke;
        pen.beginPath();
        pen.moveTo(x + at * step, y);
        pen.lineTo(x + (at + 1) * step, y);
        pen.stroke();
      });
      pen.restore();
      pen.font = FONT;
      pen.fillStyle = this.ink;
      pen.fillText(text, x + 42, y + 5);
      x += 62 + pen.measureText(text).width;
    };
    entry("each frame", [], 1, 0.35, [this.ink]);
    entry(A.rows ? "A" : "A: labels only", [], 2.5, A.rows ? 1 : 0, this.clip.colours.slice(0, 3));
    entry(B.rows ? "B" : "B: labels only", [8, 4], 1.8, B.rows ? 1 : 0, [this.ink]);
  }

  /** The name of a row, to the left of it; a long one is cut. */
  paintName(name, top, height) {
    const { pen } = this;
    pen.font = FONT;
    pen.fillStyle = this.ink;
    let text = name;
    while (pen.measureText(text).width > LEFT - 14 && text.length > 1) text = `${text.slice(0, -2)}…`;
    pen.textAlign = "right";
    pen.fillText(text, LEFT - 10, top + (height + 10) / 2);
    pen.textAlign = "start";
  }

  /** Where round moments lie, ten at most, and what is written there. */
  ticks() {
    const { seconds, frames } = this.clip;
    const length = seconds[frames - 1];
    const step = TICKS.find(step => length / step <= 10) ?? TICKS.at(-1);
    const found = [];
    for (let time = 0, frame = 0; time <= length + step / 1000; time += step) {
      while (frame < frames - 1 && seconds[frame] < time - step / 1000) frame++;
      const parts = [Math.floor(time / 60), String(Math.round(time) % 60).padStart(2, "0")];
      found.push([this.x(frame), step >= 60 ? parts.join(":") : time.toFixed(step < 1 ? 1 : 0)]);
    }
    return found;
  }

  /** Draw what changes from frame to frame: a line at the present one, brackets under the frames that a deque holds. */
  paintFrame(frame, sides) {
    if (!this.width) return;
    const pen = this.canvas.getContext("2d");
    pen.clearRect(0, 0, LEFT + this.width + RIGHT, this.height);
    pen.drawImage(this.still, 0, 0, LEFT + this.width + RIGHT, this.height);
    const box = (x, top, width, height) => {
      pen.fillStyle = this.paper;
      pen.fillRect(x - 1, top - 1, width + 2, height + 2);
      pen.fillStyle = this.ink;
      pen.fillRect(x, top, width, height);
    };
    for (const [name, { smoother, size }] of Object.entries(sides)) {
      if (!SMOOTHERS[smoother].looksBack) continue;
      const left = this.x(Math.max(-0.5, frame - size + 0.5));
      box(left, this.bottoms[name] - 4, this.x(frame) - left, 3);
    }
    box(Math.round(this.x(frame) - 0.5), 0, 1, this.bottom);
  }
}

/** The 8 × 8 pixels of a class's fill: its colour, and a hatching of its own, so that strips are read without colours. */
function hatched(colour, ink, k) {
  const brush = new OffscreenCanvas(8, 8).getContext("2d");
  brush.fillStyle = colour;
  brush.fillRect(0, 0, 8, 8);
  brush.strokeStyle = brush.fillStyle = ink;
  brush.globalAlpha = 0.3;
  const line = (...ends) => {
    brush.beginPath();
    brush.moveTo(ends[0], ends[1]);
    brush.lineTo(ends[2], ends[3]);
    brush.stroke();
  };
  [
    () => {},
    () => [-8, 0, 8].forEach(x => line(x, 8, x + 8, 0)),
    () => brush.fillRect(2, 2, 2, 2),
    () => [-8, 0, 8].forEach(x => line(x, 0, x + 8, 8)),
    () => line(0, 4, 8, 4),
    () => line(4, 0, 4, 8),
  ][k % 6]();
  return new Uint32Array(brush.getImageData(0, 0, 8, 8).data.buffer);
}
