// The formula of a stage for the picked word: lines of text, numbers from the record. No DOM.
import { brief, fixed } from "../kit/numbers.js";
import { fill } from "../kit/text.js";
import { sumMark } from "../kit/why.js";

/**
 * @typedef {import("./context.js").Context} Context
 * @typedef {import("./context.js").StageId} StageId
 */

const WRITTEN = { terms: 8, first: 4, last: 2, grams: 3 }; // longer lists are cut in their middle or at their end
const COORDINATES = [0, 1, 2];

/**
 * The number of a word as a subscript, counted from 1.
 * @param {number} i
 * @returns {string}
 */
export function subscript(i) {
  return String(i + 1).replace(/\d/g, (digit) => "₀₁₂₃₄₅₆₇₈₉"[Number(digit)]);
}

/**
 * [0.123, −0.456, …]: the beginning of a vector.
 * @param {number[]} values
 * @returns {string}
 */
export function vectorText(values, count = 3) {
  return `[${values.slice(0, count).map(threeDigits).join(", ")}, …]`;
}

/**
 * Terms of a sum; a negative one is subtracted.
 * @param {number[]} values
 * @returns {string}
 */
export function sumText(values) {
  const terms = values.map(threeDigits);
  const cut = [...terms.slice(0, WRITTEN.first), "…", ...terms.slice(-WRITTEN.last)];
  return (terms.length > WRITTEN.terms ? cut : terms).join(" + ").replaceAll("+ −", "− ");
}

/** @param {number} value */
function threeDigits(value) {
  return fixed(value);
}

/** @type {Record<StageId, (c: Context) => string[]>} */
export const FORMULA = {
  tokens: ({ words, data }) => [`${words.cut}(s) = [T₁ … T${subscript(data.words.length - 1)}]`],
  vectors({ stage, token, words, data }) {
    const grams = stage.ngrams[token] ?? [];
    const few = grams.slice(0, WRITTEN.grams).join(", ") + (grams.length > WRITTEN.grams ? ", …" : "");
    return [
      `x${subscript(token)} = ${words.word_row} + ${words.mean}(${few})`,
      `= ${vectorText(stage.values[token])} ∈ ℝ^${data.dim}`,
    ];
  },
  router: ({ stage, token, of }) => [
    `s = softmax(u${subscript(token)} · e)`,
    `= softmax(${of("router").logits[token].map(brief).join(", ")})`,
    `= (${stage.scores[token].map(threeDigits).join(", ")})`,
  ],
  choice({ stage, token }) {
    const lines = stage.scores[token].map((score, e) => {
      const mark = e === stage.expert[token] ? "  ◀" : "";
      return `E${e}: ${fixed(score)} + ${fixed(stage.bias[e])} = ${fixed(stage.choice[token][e])}${mark}`;
    });
    return ["argmax(s + b)", ...lines];
  },
  experts: ({ stage, token }) => [
    `E${stage.expert[token]}(u${subscript(token)}) = W↓ (silu(W₁u) ⊙ W₂u)`,
    `= ${vectorText(stage.values[token])}`,
  ],
  gates({ stage, token }) {
    const sub = subscript(token);
    const lines = COORDINATES.map((d) => {
      const [output, product] = [fixed(stage.output[token][d]), fixed(stage.values[token][d])];
      return `[${d + 1}]  ${fixed(stage.gate[token])} × ${output} = ${product}`;
    });
    return [`y${sub} = g · E${stage.expert[token]}(u${sub})`, ...lines];
  },
  transformer({ stage, token, words, data }) {
    const sub = subscript(token);
    const lines = COORDINATES.map((d) => {
      const terms = sumText([stage.entered[token][d], stage.added[token][d]]);
      return `[${d + 1}]  ${terms} = ${fixed(stage.values[token][d])}`;
    });
    const [to, weight] = [stage.looks_at[token], stage.looks[token]];
    const looks = to === null ? [] : [fill(words.looks, { word: data.words[to], weight: fixed(weight) })];
    return [`h${sub} = y${sub} + ${words.mixing}`, ...lines, ...looks];
  },
  pooling({ stage, words }) {
    const n = stage.count;
    const sum = sumText(stage.values.map((values) => values[0]));
    return [
      `${words.pooled_symbol} = (1/${n}) Σ h`,
      `[1]  (${sum}) ÷ ${n} = ${fixed(stage.mean[0])}`,
      ...(stage.normed_after ? [`RMSNorm → ${fixed(stage.pooled[0])}`] : []),
    ];
  },
  classes({ stage, words, of }) {
    const sum = stage.probabilities.reduce((total, p) => total + p, 0);
    return [
      `p = softmax(W · ${words.pooled_symbol} + b)`,
      `= softmax(${of("classes").logits.map(brief).join(", ")})`,
      `= (${stage.probabilities.map(threeDigits).join(", ")})`,
      `Σ = ${fixed(sum, 2)}`,
    ];
  },
};

/**
 * Stage -> the key of the number in its lines below the first (insight.lineage).
 * @type {Partial<Record<StageId, string>>}
 */
const WHY = {
  vectors: "token_vector",
  router: "score",
  experts: "output-0",
  gates: "piece-0",
  transformer: "block_output",
  pooling: "pooled",
};

/**
 * Which number a line of the formula shows: its key, and the expert it is of; null where it shows none.
 * @param {Pick<Context, "stage" | "token">} c
 * @param {number} line
 * @returns {{ why: string, expert?: number } | null}
 */
export function whyOfLine({ stage, token }, line) {
  if (line === 0) return null;
  if (stage.id === "choice") return { why: "choice", expert: line - 1 };
  if (stage.id === "classes") {
    const best = stage.probabilities.indexOf(Math.max(...stage.probabilities));
    const key = ["", "class_logit", "probability"][line];
    return key ? { why: `${key}-${best}` } : null;
  }
  if (stage.id === "transformer" && line > COORDINATES.length) {
    return { why: `attention-${stage.looks_at[token]}` };
  }
  const why = WHY[stage.id];
  return why ? { why, expert: stage.expert?.[token] } : null;
}

/**
 * Which number of a word "=" asks for at this stage.
 * @param {Pick<Context, "stage">} c
 * @param {number} token
 */
export function sumOfWord({ stage }, token) {
  const asked =
    stage.id === "choice" ? { why: "gate", expert: stage.expert[token] } : whyOfLine({ stage, token }, 1);
  return asked ? sumMark(asked.why, { token, expert: asked.expert }) : {};
}
