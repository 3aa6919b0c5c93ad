// The explorer: two ways of smoothing one clip, A and B, side by side. A notebook's widget and a page use it alike.
//
// It follows smoothing.js and axis.js in one module, which Python puts together (lib/explorer/page.py): no import, no
// server, no build step. It does three things. It smooths when a smoother or size changes, shows the present frame when that
// changes, and lets the clip's <video> say which frame it shows.

const LARGEST = 128; // frames, the largest size
const SOON = 300; // milliseconds without a change, after which the state is reported

// --- The parts on the page -------------------------------------------------------------------------------------------

const OPTIONS = Object.entries(SMOOTHERS).map(([key, { name }]) => `<option value="${key}">${name}</option>`).join("");

const side = name => `
  <fieldset class="side" data-side="${name}">
    <legend>${name}</legend>
    <label>smoother
      <select aria-label="Smoother of side ${name}">${OPTIONS}</select></label>
    <label>size
      <input type="range" min="1" max="${LARGEST}" aria-label="Size of side ${name}, in frames">
      <input type="number" min="1" max="${LARGEST}" aria-label="Size of side ${name}, typed, in frames"></label>
    <p class="words"></p>
    <ul class="bars" aria-label="Scores of side ${name}"></ul>
    <button type="button" class="write" hidden>Write ${name} as a video</button>
  </fieldset>`;

const PARTS = `
  <div class="top">
    ${side("A")}
    <div class="stage">
      <video playsinline preload="auto" aria-label="The clip" hidden></video>
      <div class="captions">
        <p class="caption" data-side="A">A: <b></b></p>
        <p class="caption" data-side="B">B: <b></b></p>
      </div>
    </div>
    ${side("B")}
  </div>
  <div class="transport">
    <button type="button" class="play">Play</button>
    <button type="button" class="back" aria-label="One frame back">Back</button>
    <button type="button" class="step" aria-label="One frame on">Step</button>
    <button type="button" class="next">Next disagreement</button>
    <span class="moment"></span>
  </div>
  <canvas class="axis" tabindex="0" role="slider" aria-label="Frame of the clip" aria-valuemin="0"></canvas>
  <table>
    <caption>How good the labels are</caption>
    <thead></thead>
    <tbody></tbody>
  </table>
  <div class="writing" hidden>
    <progress max="1" aria-label="Writing the video"></progress>
    <button type="button" class="cancel">Cancel</button>
  </div>
  <p class="status" role="status"></p>`;

/**
 * Show the explorer in an element.
 *
 * `data` is what lib/explorer/data.py packs. Options: `video` (an address), `state` (as `state()` gives it), `onState`
 * (receives it after a change), `write` (receives {smoother, size} or {cancel: true}; without, nothing can be written).
 */
export async function mount(element, data, options = {}) {
  return new Explorer(element, await unpack(data), options);
}

/** The arrays of a clip out of their compressed bytes. */
export async function unpack(data) {
  const numbers = async (packed, Type) => {
    const bytes = Uint8Array.from(atob(packed), letter => letter.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
    return new Type(await new Response(stream).arrayBuffer());
  };
  const rows = await numbers(data.rows, data.type === "float32" ? Float32Array : Float64Array);
  let ticks = 0; // millionths of a second
  const seconds = (await numbers(data.steps, Float64Array)).map(step => (ticks += step) / 1e6);
  const truth = data.truth && (await numbers(data.truth, Int16Array));
  const logs = logarithms(rows, await numbers(data.logCorrections, Int8Array));
  const logSteps = await numbers(data.logSteps, Float64Array);
  return { ...data, rows, seconds, truth, logs, logSteps, frames: seconds.length };
}

class Explorer {
  constructor(element, clip, options) {
    this.clip = clip;
    this.options = options;
    this.root = document.createElement("div");
    this.root.className = "explorer";
    this.root.dataset.lmSuppressShortcuts = "true"; // JupyterLab leaves the keys to us
    this.root.innerHTML = PARTS;
    element.append(this.root);
    this.find = selector => this.root.querySelector(selector);
    this.video = this.find("video");
    this.axis = new Axis(this.find("canvas"), clip);
    this.raw = this.measured({ labels: largest(clip.rows, clip), rows: clip.rows });
    this.sides = { A: { smoother: "mean", size: 1 }, B: { smoother: "mean", size: 32 } };
    this.frame = 0;
    this.restore(options.state ?? "");
    this.listen();
    if (options.video) this.listenToVideo(options.video);
  }

  // --- What changes --------------------------------------------------------------------------------------------------

  /** Smooth one side, and show what follows from it. */
  change(name, smoother, size) {
    this.sides[name] = this.measured({ smoother, size, ...smooth(this.clip, smoother, size) });
    this.showSide(name);
    this.refresh();
  }

  measured(side) {
    return { ...side, measures: measure(side.labels, this.clip.truth) };
  }

  /** Draw everything again. */
  refresh() {
    this.axis.paint(this.raw, this.sides);
    this.showTable();
    this.show(this.frame);
  }

  /** Go to a frame, the video too. */
  go(frame) {
    this.show(Math.min(Math.max(frame, 0), this.clip.frames - 1));
    if (!this.options.video) this.began = null; // a clip without a video plays on from here
    else if (this.video.seeking) this.isBehind = true; // a drag asks for more frames than a video can find
    else this.video.currentTime = this.middle(this.frame);
  }

  /** A moment well within a frame, so that rounding finds no neighbour of it. */
  middle(frame) {
    const { seconds, rate } = this.clip;
    const next = seconds[frame + 1] ?? Infinity;
    return seconds[frame] + Math.min(next - seconds[frame], 1 / rate) / 2;
  }

  /** The frame at a moment: the last that has begun. */
  frameAt(moment) {
    const { seconds, frames } = this.clip;
    let low = 0, high = frames - 1;
    while (low < high) {
      const half = (low + high + 1) >> 1;
      if (seconds[half] <= moment + 1e-3) low = half;
      else high = half - 1;
    }
    return low;
  }

  goToDisagreement() {
    const { A, B } = this.sides;
    const frame = nextDisagreement(A.labels, B.labels, this.frame);
    if (frame === null) return this.say("A and B give every frame the same label.");
    this.pause();
    this.go(frame);
    this.say(`Frame ${frame}: A gives ${this.nameOf(A)}, B gives ${this.nameOf(B)}.`);
  }

  nameOf(side) {
    return this.clip.classes[side.labels[this.frame]];
  }

  // --- Playing -------------------------------------------------------------------------------------------------------

  get isPlaying() {
    return this.options.video ? !this.video.paused : this.timer !== undefined;
  }

  play() {
    const { video } = this;
    if (this.frame === this.clip.frames - 1) this.show(0);
    if (this.options.video) {
      this.isBehind = false;
      video.currentTime = this.middle(this.frame); // where it is looking for another frame, it stops that
      video.play().catch(error => {
        if (error.name !== "AbortError") this.say(`The clip does not play: ${error.message}`); // that is a pause
      });
    } else this.playWithoutVideo();
    this.showPlaying();
  }

  pause() {
    if (this.options.video && this.isPlaying) {
      this.video.pause();
      this.go(this.frameAt(this.video.currentTime));
    }
    cancelAnimationFrame(this.timer);
    this.timer = undefined;
    this.showPlaying();
  }

  playWithoutVideo() {
    this.began = null;
    const tick = now => {
      this.began ??= now - 1000 * this.clip.seconds[this.frame];
      this.show(this.frameAt((now - this.began) / 1000));
      if (this.frame === this.clip.frames - 1) this.pause();
      else this.timer = requestAnimationFrame(tick);
    };
    this.timer = requestAnimationFrame(tick);
  }

  /** Let each frame that the video shows have its own captions. */
  listenToVideo(address) {
    const { video } = this;
    video.hidden = false;
    video.src = address;
    video.addEventListener("loadedmetadata", () => this.go(this.frame), { once: true });
    video.addEventListener("error", () => this.say("The clip cannot be played by this browser; all else works."));
    video.addEventListener("seeked", () => {
      if (this.isBehind) this.go(this.frame);
      this.isBehind = false;
    });
    video.addEventListener("play", () => this.showPlaying());
    video.addEventListener("pause", () => {
      this.showPlaying();
      if (video.ended) this.show(this.clip.frames - 1);
    });
    const onFrame = (now, shown) => {
      if (this.isClosed) return;
      if (!video.paused && !video.seeking) this.show(this.frameAt(shown?.mediaTime ?? video.currentTime));
      next(onFrame);
    };
    const next = callback =>
      video.requestVideoFrameCallback ? video.requestVideoFrameCallback(callback) : requestAnimationFrame(callback);
    next(onFrame);
  }

  // --- What is shown -------------------------------------------------------------------------------------------------

  /** Show a frame: captions, scores, and where it lies in the clip. */
  show(frame) {
    this.frame = frame;
    const { clip, sides } = this;
    for (const [name, side] of Object.entries(sides)) {
      const label = side.labels[frame];
      const caption = this.find(`.caption[data-side=${name}]`);
      caption.lastElementChild.textContent = clip.classes[label];
      caption.style.background = clip.colours[label];
      caption.style.color = clip.inks[label];
      this.showBars(name, side);
    }
    const moment = `frame ${frame} of ${clip.frames}, ${clip.seconds[frame].toFixed(2)} s`;
    this.find(".moment").textContent = moment;
    const canvas = this.axis.canvas;
    canvas.ariaValueMax = clip.frames - 1;
    canvas.ariaValueNow = frame;
    canvas.ariaValueText = `${moment}. A: ${this.nameOf(sides.A)}, B: ${this.nameOf(sides.B)}`;
    this.root.dataset.frame = frame;
    this.axis.paintFrame(frame, sides);
    this.report();
  }

  /** The scores that a side's label depends on; those of the frame itself where the smoother gives labels alone. */
  showBars(name, side) {
    const { classes } = this.clip;
    const rows = side.rows ?? this.clip.rows;
    this.find(`[data-side=${name}] .bars`).childNodes.forEach((bar, k) => {
      const score = rows[this.frame * classes.length + k];
      bar.style.setProperty("--score", score);
      bar.lastElementChild.textContent = score.toFixed(2);
    });
  }

  showSide(name) {
    const { smoother, size } = this.sides[name];
    const part = selector => this.find(`[data-side=${name}] ${selector}`);
    part("select").value = smoother;
    part("[type=range]").value = size;
    part("[type=range]").ariaValueText = frames(size);
    if (part("[type=number]") !== document.activeElement) part("[type=number]").value = size;
    const { words, looksBack } = SMOOTHERS[smoother];
    part(".words").textContent = looksBack && size === 1 ? "each frame alone" : words.replace("{}", frames(size));
  }

  showTable() {
    const rate = this.clip.rate / this.clip.stride; // scored frames per second
    const known = Boolean(this.clip.truth);
    const lag = ({ lag }) =>
      lag === null ? "no change of event" : `${fixed(lag, 1)} frames (${fixed(lag / rate, 2)} s)`;
    const cells = one => (known ? [`${fixed(100 * one.accuracy, 1)}%`, one.surplus, lag(one)] : [one.switches]);
    const heads = known ? ["accuracy", "surplus switches", "mean lag"] : ["switches"];
    const row = (first, rest, cell) => {
      const line = document.createElement("tr");
      line.append(...[first, ...rest].map((text, at) => {
        const box = document.createElement(at ? cell : "th");
        box.textContent = text;
        if (box.tagName === "TH") box.scope = cell === "th" ? "col" : "row";
        return box;
      }));
      return line;
    };
    this.find("thead").replaceChildren(row("", heads, "th"));
    const sides = { "each frame": this.raw, ...this.sides };
    this.find("tbody").replaceChildren(
      ...Object.entries(sides).map(([name, { measures }]) => row(name, cells(measures), "td")),
    );
  }

  showPlaying() {
    this.find(".play").textContent = this.isPlaying ? "Pause" : "Play";
  }

  say(text) {
    this.find(".status").textContent = text;
  }

  /** Show how far a video is written, 0 to 1, or null while none is. */
  showWriting(fraction) {
    this.find(".writing").hidden = fraction === null;
    this.find("progress").value = fraction ?? 0;
    this.root.querySelectorAll(".write").forEach(button => (button.disabled = fraction !== null));
  }

  // --- Controls and keys ---------------------------------------------------------------------------------------------

  listen() {
    for (const name of Object.keys(this.sides)) this.listenToSide(name);
    const step = by => () => (this.pause(), this.go(this.frame + by));
    const toggle = () => (this.isPlaying ? this.pause() : this.play());
    const on = (selector, action) => this.find(selector).addEventListener("click", action);
    on(".play", toggle);
    on(".back", step(-1));
    on(".step", step(1));
    on(".next", () => this.goToDisagreement());
    on(".cancel", () => this.options.write({ cancel: true }));

    const second = Math.max(1, Math.round(this.clip.rate / this.clip.stride));
    const keys = {
      " ": toggle, n: () => this.goToDisagreement(),
      ArrowLeft: step(-1), ArrowRight: step(1), ArrowDown: step(-1), ArrowUp: step(1),
      PageDown: step(-second), PageUp: step(second), Home: step(-Infinity), End: step(Infinity),
    };
    const onKey = event => {
      event.stopPropagation(); // JupyterLab would take the arrows away from a slider
      const isTaken = event.target.matches("input, select, button") || event.ctrlKey || event.metaKey || event.altKey;
      if (isTaken || !Object.hasOwn(keys, event.key)) return;
      event.preventDefault();
      keys[event.key]();
    };
    this.root.addEventListener("keydown", onKey);

    const { canvas } = this.axis;
    const point = event => this.go(this.axis.frameAt(event.offsetX));
    canvas.addEventListener("pointerdown", event => {
      canvas.setPointerCapture(event.pointerId);
      point(event);
    });
    canvas.addEventListener("pointermove", event => event.buttons && point(event));

    this.repaint = () => (this.axis.fit(), this.refresh());
    this.sizes = new ResizeObserver(this.repaint);
    this.sizes.observe(canvas);
    this.themes = new MutationObserver(this.repaint); // a notebook's theme is an attribute
    for (const node of [document.documentElement, document.body]) this.themes.observe(node, { attributes: true });
    this.dark = matchMedia("(prefers-color-scheme: dark)");
    this.dark.addEventListener("change", this.repaint);
  }

  listenToSide(name) {
    const part = selector => this.find(`[data-side=${name}] ${selector}`);
    const { classes, colours } = this.clip;
    part(".bars").replaceChildren(...classes.map((label, k) => {
      const bar = document.createElement("li");
      bar.innerHTML = "<span></span><i></i><b></b>";
      bar.firstElementChild.textContent = bar.title = label;
      bar.style.setProperty("--colour", colours[k]);
      return bar;
    }));
    const typed = part("[type=number]");
    const size = value => this.change(name, this.sides[name].smoother, value);
    part("select").addEventListener("change", event => this.change(name, event.target.value, this.sides[name].size));
    part("[type=range]").addEventListener("input", event => size(event.target.valueAsNumber));
    typed.addEventListener("input", () => typed.value && typed.validity.valid && size(typed.valueAsNumber));
    typed.addEventListener("change", () => (typed.value = this.sides[name].size));
    if (!this.options.write) return;
    part(".write").hidden = false;
    part(".write").addEventListener("click", () => {
      const { smoother, size } = this.sides[name];
      this.options.write({ smoother, size });
    });
  }

  // --- The state as text: a=1&b=viterbi-32&t=4.2 ---------------------------------------------------------------------

  state() {
    const side = ({ smoother, size }) => (smoother === "mean" ? size : `${smoother}-${size}`);
    const moment = Number(this.clip.seconds[this.frame].toFixed(3));
    return `a=${side(this.sides.A)}&b=${side(this.sides.B)}&t=${moment}`;
  }

  /** Show a state; what is missing or wrong in it stays as it is. Without a moment: where A and B first differ. */
  restore(text) {
    const given = new URLSearchParams(text);
    for (const name of ["A", "B"]) {
      const [, smoother = "mean", digits] = /^(?:(\w+)-)?(\d+)$/.exec(given.get(name.toLowerCase())) ?? [];
      const isRight = Object.hasOwn(SMOOTHERS, smoother) && digits >= 1 && digits <= LARGEST;
      const side = isRight ? { smoother, size: Number(digits) } : this.sides[name];
      this.sides[name] = this.measured({ ...side, ...smooth(this.clip, side.smoother, side.size) });
    }
    for (const name of ["A", "B"]) this.showSide(name);
    const first = nextDisagreement(this.sides.A.labels, this.sides.B.labels, -1) ?? 0;
    const moment = parseFloat(given.get("t"));
    this.frame = Number.isNaN(moment) ? first : this.frameAt(moment);
    this.reported = this.state();
  }

  /** Report the state once it has not changed for a moment. */
  report() {
    clearTimeout(this.soon);
    this.soon = setTimeout(() => {
      if (this.isClosed || this.state() === this.reported) return;
      this.reported = this.state();
      this.options.onState?.(this.reported);
    }, SOON);
  }

  close() {
    this.isClosed = true;
    this.pause();
    clearTimeout(this.soon);
    this.dark.removeEventListener("change", this.repaint);
    this.sizes.disconnect();
    this.themes.disconnect();
    this.root.remove();
  }
}

/** A number with so many decimals, a half rounded to the even neighbour, as Python prints it: 1.25 is 1.2. */
function fixed(number, decimals) {
  const isHalf = (number * 2 ** (decimals + 1)) % 2 === 1, text = number.toFixed(decimals);
  return isHalf && text.at(-1) % 2 ? (number - 10 ** -(decimals + 3)).toFixed(decimals) : text;
}

const frames = count => (count === 1 ? "1 frame" : `${count} frames`);

// --- On a page, whose address keeps the state ------------------------------------------------------------------------

/** Show the explorer in `element`, with the data that lies in `source` as JSON. */
export async function openPage(element, source) {
  const data = JSON.parse(source.textContent);
  const explorer = await mount(element, data, {
    video: data.video,
    state: location.hash.slice(1),
    onState: text => history.replaceState(null, "", `#${text}`),
  });
  addEventListener("hashchange", () => {
    explorer.restore(location.hash.slice(1));
    explorer.refresh();
    explorer.go(explorer.frame);
  });
}

// --- In a notebook: a widget for anywidget ---------------------------------------------------------------------------

async function render({ model, el }) {
  const bytes = model.get("clip");
  const video = bytes?.byteLength ? URL.createObjectURL(new Blob([bytes], { type: "video/mp4" })) : null;
  const explorer = await mount(el, model.get("data"), {
    video,
    state: model.get("state"),
    onState: text => (model.set("state", text), model.save_changes()),
    write: model.get("can_write") ? request => model.send(request) : undefined,
  });
  const tell = () => (explorer.say(model.get("status")), explorer.showWriting(model.get("progress")));
  model.on("change:status", tell);
  model.on("change:progress", tell);
  tell();
  hideStill(model.get("still"));
  return () => {
    model.off("change:status", tell);
    model.off("change:progress", tell);
    explorer.close();
    if (video) URL.revokeObjectURL(video);
  };
}

/** Hide the still picture that stands before a widget for where no kernel runs; `end` is that of its address. */
function hideStill(end) {
  for (const image of document.querySelectorAll(`img[src$="${end}"]`)) {
    (image.closest(".jp-OutputArea-child, .output_area") ?? image).style.display = "none";
  }
}

export default { render };
