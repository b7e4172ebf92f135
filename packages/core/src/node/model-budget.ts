/** Limits of what calls of models may use; each is optional. A call that would go beyond one is refused before it is made. */
export interface ModelBudget {
  /** Calls, those that failed included. @defaultValue no limit */
  readonly calls?: number
  /** Tokens of messages and responses together. @defaultValue no limit */
  readonly tokens?: number
  /** Cost in US dollars by the prices of the catalog; a model without prices is refused then. @defaultValue no limit */
  readonly costUsd?: number
  /** Time of the calls together, in milliseconds. @defaultValue no limit */
  readonly durationMs?: number
}

/** Budgets of a tenant, each with its own count. */
export interface ModelBudgets {
  /** For each node of a run, all of its iterations and attempts together. @defaultValue no limits */
  readonly node?: ModelBudget
  /** For each run. @defaultValue no limits */
  readonly run?: ModelBudget
  /** For the runs of each workflow on one day, in UTC. @defaultValue no limits */
  readonly workflowDay?: ModelBudget
  /** For all runs of the tenant in one month, in UTC. @defaultValue no limits */
  readonly tenantMonth?: ModelBudget
}

/** Use of models: calls that have ended, with their tokens, cost and time. */
export interface ModelSpend {
  /** Calls, those that failed and those in progress included. */
  readonly calls: number
  /** Tokens of the messages. */
  readonly inputTokens: number
  /** Tokens of the messages that providers had in their caches, part of `inputTokens`. */
  readonly cachedInputTokens: number
  /** Tokens of the responses. */
  readonly outputTokens: number
  /** Cost in US dollars of the models with prices. */
  readonly costUsd: number
  /** Time of the calls in milliseconds. */
  readonly durationMs: number
}

/** A call of a model that is about to be made. */
export interface PlannedModelCall {
  /** Id of the model in the catalog. */
  readonly model: string
  /** Estimated tokens of the messages. */
  readonly inputTokens: number
  /** Estimated tokens of the response: the token limit of the request if it has one. */
  readonly outputTokens: number
  /** Cost of the estimate; `undefined` for a model without prices. */
  readonly costUsd: number | undefined
  /** Budget of the node itself, besides those of the host. @defaultValue no limits */
  readonly budget?: ModelBudget
}

/** Use of one call, of which the cost is `undefined` for a model without prices. A call that failed has used no tokens. */
export type SpentModelCall = Omit<ModelSpend, 'calls' | 'costUsd'> & { readonly costUsd: number | undefined }

/** A call of a model that was begun. */
export interface BegunModelCall {
  /** Counts the use of the call in place of its estimate. A call that is never ended counts as it was estimated. */
  end(spent: SpentModelCall): Promise<void>
}

/** Account of the calls of models that a node makes. */
export interface NodeModels {
  /**
   * Begins a call: counts it with its estimate, unless it would go beyond a budget.
   *
   * @throws {@link TenonError} `BUDGET_EXCEEDED` (details: `scope`, `unit`, `limit`, `spent`, `needed`, `period`);
   * `MODEL_FAILED` for a model without prices if a budget limits the cost.
   */
  begin(call: PlannedModelCall): Promise<BegunModelCall>
  /** Reads the use of the run so far, by all of its nodes. */
  spentByRun(): Promise<ModelSpend>
}
