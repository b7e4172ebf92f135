/** Where Temporal is and how this process takes part. */
export interface TemporalEngineOptions {
  /** `host:port` of the frontend. */
  readonly address: string
  /** @defaultValue 'default' */
  readonly namespace?: string
  readonly apiKey?: string
  readonly tls?: boolean
  /** Queue of the shells and of every node without a queue of its own. @defaultValue 'tenon' */
  readonly taskQueue?: string
  /** Node runs that this process carries out at once. @defaultValue 50 */
  readonly maxConcurrentNodes?: number
  /** The shell's source for the worker's bundler. @defaultValue the one that this package ships */
  readonly workflowsPath?: string
}

export const DEFAULT_TASK_QUEUE = 'tenon'

/** Search attributes of a shell; set at its start only. */
export const TENANT_ATTRIBUTE = 'TenonTenant'
export const WORKFLOW_ATTRIBUTE = 'TenonWorkflow'
