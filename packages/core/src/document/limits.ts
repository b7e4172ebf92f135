/** Limits of a document; beyond them `parseDocument` throws `DOCUMENT_MALFORMED`. */
export const DOCUMENT_LIMITS = Object.freeze({
  nodes: 10_000,
  edges: 40_000,
  variables: 1_000,
  annotations: 2_000,
  /** Bend points of one edge. */
  points: 100,
  /** Levels of objects and lists inside `params`. */
  paramDepth: 16,
  /** Levels inside the value of a variable, a setting or a policy field. */
  valueDepth: 64,
  /** Characters of a node or variable name. */
  nameLength: 200,
  /** Characters of a port, an input or a node type. */
  handleLength: 128,
  /** Characters of notes, descriptions and annotations. */
  notesLength: 20_000,
  /** Characters of one text in params, variables, settings and policies. */
  textLength: 262_144,
  /** Members of one object or items of one list inside params, variables, settings and policies. */
  members: 10_000,
})

/** Limits of a retry policy, so that a failing service is neither flooded nor retried forever. */
export const RETRY_LIMITS = Object.freeze({
  /** Shortest wait between two attempts, in milliseconds. */
  minIntervalMs: 100,
  /** Attempts in all, the first included. */
  attempts: 100,
  /** All waits between the attempts together, in milliseconds: 30 days. */
  totalWaitMs: 2_592_000_000,
})

/** Limits of the settings that decide when runs start, and of the rate of a tenant. */
export const START_LIMITS = Object.freeze({
  /** Highest limit of runs in progress. */
  runs: 10_000,
  /** Highest limit of starts in an interval. */
  starts: 10_000,
  /** Most items that one run collects. */
  items: 1_000,
  /** Shortest interval, window, delay or wait, in milliseconds. */
  minMs: 1_000,
  /** Longest interval, window, delay or wait, in milliseconds: 30 days. */
  maxMs: 2_592_000_000,
})

/** Longest time a node waits for a worker of its task queue before it fails, in milliseconds: 1 hour. */
export const TASK_QUEUE_WAIT_MS = 3_600_000
