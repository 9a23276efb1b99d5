// Written by `make types` from moe_demo/ui/server/wire.py: what scripts are given.

/**
 * One evaluation on the held-out headlines; `load` is L x E, by fair share.
 * @typedef {object} EvaluationPayload
 * @property {number} step
 * @property {number|null} loss
 * @property {number|null} accuracy
 * @property {Array<number>} max_vio
 * @property {number} floor MaxVio of blind choice for as many tokens.
 * @property {Array<Array<number>>} load
 */

/**
 * What happened to the run before the next step.
 * @typedef {object} EventPayload
 * @property {number} step
 * @property {string} kind
 * @property {number|string|null} value
 * @property {number|string|null} before
 */

/**
 * What a watcher lacks of a run's history: n steps a column, L layers, E experts.
 * @typedef {object} HistoryPayload
 * @property {number} version
 * @property {boolean} whole Whether it replaces everything the watcher has.
 * @property {string} state
 * @property {string} reason In the reader's language.
 * @property {number} place In the queue; 0 where the run does not wait.
 * @property {number} step
 * @property {number} n_steps
 * @property {number} steps_per_epoch
 * @property {number} n_layers
 * @property {number} n_routed
 * @property {number} top_k
 * @property {Array<string>} labels
 * @property {number|null} tokens_per_second
 * @property {number|null} seconds_left
 * @property {number} train_seconds
 * @property {number} batch_floor
 * @property {Array<number>} steps
 * @property {Array<number|null>} ce
 * @property {Array<number|null>} balance
 * @property {Array<number|null>} accuracy
 * @property {Array<number|null>} lr
 * @property {Array<Array<Array<number>>>} load L x E x n, hundredths of the fair share.
 * @property {Array<Array<Array<number>>>} bias L x E x n, hundred-thousandths.
 * @property {Array<Array<number>>} max_vio L x n, thousandths.
 * @property {Array<EvaluationPayload>} evals
 * @property {Array<EventPayload>} events
 * @property {Array<number>} checkpoints
 */

/**
 * One sentence at every checkpoint from place `first` on: layers and gates are L x n x T x K.
 * @typedef {object} RoutesPayload
 * @property {string} sentence
 * @property {number} first
 * @property {Array<string>} tokens
 * @property {Array<number>} steps
 * @property {Array<Array<Array<Array<number>>>>} layers The chosen experts, in the order in which the router took them.
 * @property {Array<Array<Array<Array<number>>>>} gates In thousandths.
 * @property {Array<[string, number]>} answers The predicted class and its probability.
 */

export {};
