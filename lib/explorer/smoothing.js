// From flickering scores to steady labels, and how good those are: lib/smoothing.py and lib/timeline.py in the browser.
//
// `clip` holds the scores of a clip: `rows` (frames × classes numbers, one frame after another), `frames`, `classes`
// (names), `truth` (a class index for each frame, -1 for no event; or null), and `logs` of the scores. A frame's label
// is a class index.
//
// The results equal those of the library. An addition or division of two float32 numbers that is computed in
// JavaScript's float64 and rounded when it is stored in a Float32Array is the float32 operation itself, so the
// rolling mean is the same to the last bit.

const NO_EVENT = -1;

/**
 * The smoothers. `means` gives smoothed scores, whose largest is the label; `labels` gives labels alone.
 * `looksBack`: whether a label depends on exactly the last `size` frames. `words` say what the size means.
 */
export const SMOOTHERS = {
  mean: { name: "rolling mean", means: rollingMean, looksBack: true, words: "mean of the last {}" },
  exponential: { name: "exponential", means: exponentialMean, words: "exponential mean that lags like a rolling mean of {}" },
  vote: { name: "majority vote", labels: majorityVote, looksBack: true, words: "majority of the last {}" },
  hysteresis: { name: "hysteresis", labels: hysteresis, words: "hysteresis: each label lasts at least {}" },
  viterbi: { name: "Viterbi", labels: viterbi, words: "Viterbi: an event is expected to last {} more" },
};

/** Smooth a clip: its labels, and the scores that they are the largest of (null where there are labels alone). */
export function smooth(clip, smoother, size) {
  const { means, labels } = SMOOTHERS[smoother];
  if (labels) return { labels: labels(clip, size), rows: null };
  const rows = means(clip, size);
  return { labels: largest(rows, clip), rows };
}

/** The index of the largest score of each frame; of equal ones, the lowest. */
export function largest(rows, { frames, classes }) {
  const labels = new Int16Array(frames);
  for (let frame = 0, at = 0; frame < frames; frame++, at += classes.length) {
    let best = 0;
    for (let k = 1; k < classes.length; k++) if (rows[at + k] > rows[at + best]) best = k;
    labels[frame] = best;
  }
  return labels;
}

// --- The smoothers ---------------------------------------------------------------------------------------------------

/** The mean of the last `size` rows, added from the oldest to the newest, as NumPy adds the rows of a deque. */
function rollingMean({ rows, classes }, size) {
  const k = classes.length;
  const means = new rows.constructor(rows.length); // float32, as the scores are
  for (let lag = Math.min(size, rows.length / k) - 1; lag >= 0; lag--) {
    for (let at = lag * k, from = 0; at < rows.length; at++, from++) means[at] += rows[from];
  }
  for (let at = 0; at < rows.length; at++) means[at] /= Math.min(Math.floor(at / k) + 1, size);
  return means;
}

/** The last mean, moved a little towards the new row; computed in float64, then rounded to what the scores are. */
function exponentialMean({ rows, classes }, size) {
  const k = classes.length, weight = 2 / (size + 1);
  const means = new rows.constructor(rows.length);
  const mean = Array.from(rows.subarray(0, k));
  for (let at = 0; at < rows.length; at++) {
    mean[at % k] += at < k ? 0 : (rows[at] - mean[at % k]) * weight;
    means[at] = mean[at % k];
  }
  return means;
}

/** The class that was the largest in most of the last `size` frames. */
function majorityVote(clip, size) {
  const tops = largest(clip.rows, clip);
  const votes = new Int32Array(clip.classes.length);
  return tops.map((top, frame) => {
    votes[top]++;
    if (frame >= size) votes[tops[frame - size]]--;
    return votes.indexOf(Math.max(...votes));
  });
}

/** A label stays until another scores 0.6, its own score is below 0.4, and it has lasted for `shortest` frames. */
function hysteresis({ rows, frames, classes }, shortest, onset = 0.6, offset = 0.4) {
  const labels = new Int16Array(frames);
  let label = null, shown = 0;
  for (let frame = 0; frame < frames; frame++) {
    const row = rows.subarray(frame * classes.length, (frame + 1) * classes.length);
    const top = Math.max(...row);
    if (label === null || (top >= onset && row[label] < offset && shown >= shortest)) {
      label = row.indexOf(top);
      shown = 0;
    }
    shown++;
    labels[frame] = label;
  }
  return labels;
}

/** The most probable sequence of labels of the whole clip, when an event lasts `size` frames more on average. */
function viterbi({ frames, classes, logs, logSteps }, size) {
  const k = classes.length, stay = logSteps[2 * (size - 1)], leave = logSteps[2 * size - 1];
  const labels = new Int16Array(frames);
  const back = new Int16Array(frames * k); // the best label before each
  let best = Array.from(logs.subarray(0, k));
  for (let frame = 1; frame < frames; frame++) {
    best = best.map((_, to) => {
      let from = 0, most = -Infinity;
      for (let other = 0; other < k; other++) {
        const path = best[other] + (other === to ? stay : leave);
        if (path > most) [from, most] = [other, path];
      }
      back[frame * k + to] = from;
      return most + logs[frame * k + to];
    });
  }
  labels[frames - 1] = best.indexOf(Math.max(...best));
  for (let frame = frames - 1; frame > 0; frame--) labels[frame - 1] = back[frame * k + labels[frame]];
  return labels;
}

/**
 * The logarithms of scores as NumPy computed them, to the last bit; Math.log may differ from it, and decide a tie
 * otherwise. Computed with operations that round alike everywhere, then moved by some steps of float64 (see data.py).
 */
export function logarithms(rows, corrections) {
  const logs = new Float64Array(rows.length), bits = new BigInt64Array(logs.buffer);
  rows.forEach((score, at) => {
    let part = Math.max(score, 2.2250738585072014e-308), power = 0; // the smallest normal float64
    while (part < Math.SQRT1_2) {
      part *= 2;
      power--;
    }
    const ratio = (part - 1) / (part + 1), square = ratio * ratio;
    let total = 0;
    for (let odd = 23; odd > 0; odd -= 2) total = total * square + 1 / odd;
    logs[at] = 2 * ratio * total + power * Math.LN2;
    bits[at] += BigInt(corrections[at]);
  });
  return logs;
}

// --- How good labels are ---------------------------------------------------------------------------------------------

/** Runs of equal labels: {start, stop, label} of each, frames start to stop - 1. */
export function segments(labels) {
  const runs = [];
  for (let frame = 0; frame < labels.length; frame++) {
    if (!frame || labels[frame] !== labels[frame - 1]) runs.push({ start: frame, label: labels[frame] });
    runs.at(-1).stop = frame + 1;
  }
  return runs;
}

/**
 * Measure labels: `switches` of the label and, where the truth is known, `accuracy` (0 to 1), `surplus` switches beyond
 * those of the truth, and the mean `lag` in frames (null where the truth never changes). Frames of no event do not count.
 */
export function measure(labels, truth) {
  const switches = segments(labels).length - 1;
  if (!truth) return { switches };
  const known = (_, frame) => truth[frame] !== NO_EVENT;
  const given = labels.filter(known), events = truth.filter(known);
  const lags = segments(events).slice(1).map(({ start, stop, label }) => {
    const found = given.subarray(start, stop).indexOf(label);
    return found < 0 ? stop - start : found;
  });
  return {
    switches,
    accuracy: events.length ? given.filter((label, frame) => label === events[frame]).length / events.length : 1,
    surplus: Math.max(0, segments(given).length - segments(events).length),
    lag: lags.length ? lags.reduce((sum, lag) => sum + lag) / lags.length : null,
  };
}

/** The first frame of the next stretch on which labels differ; after the last one, the first again; null if none. */
export function nextDisagreement(a, b, frame) {
  const starts = [];
  for (let at = 0; at < a.length; at++) {
    if (a[at] !== b[at] && (!at || a[at - 1] === b[at - 1])) starts.push(at);
  }
  return starts.find(start => start > frame) ?? starts[0] ?? null;
}
