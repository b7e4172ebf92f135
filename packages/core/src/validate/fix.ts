import type { DocumentOperation } from '../document/operation.ts'
import type { ExpressionFixValues } from '../expression/check/fix.ts'
import type { IssueFix } from './issue.ts'

type NoValues = Readonly<Record<string, never>>

/** Values in the titles of fixes, by code of the fix. Names are those that people see. */
export interface FixValues extends ExpressionFixValues {
  readonly ADD_BRANCH: NoValues
  /** Adds an end behind a node; `type` is the title of the node type. */
  readonly ADD_END: { readonly type: string }
  readonly ADD_TRIGGER: { readonly type: string }
  /** Replaces a param; `value` is JSON. */
  readonly CHANGE_VALUE: { readonly value: string }
  readonly CONNECT: { readonly source: string; readonly target: string }
  readonly CONNECT_TO_END: { readonly end: string }
  readonly EMPTY_PARAM: { readonly param: string }
  readonly ENABLE_NODE: NoValues
  readonly FAIL_RUN: NoValues
  readonly FAIL_RUN_INSTEAD: NoValues
  readonly MOVE_TO_TOP: { readonly node: string }
  /** Removes a node or a param. */
  readonly REMOVE: { readonly name: string }
  readonly REMOVE_COMPENSATION: NoValues
  readonly REMOVE_EDGE: NoValues
  readonly REMOVE_EDGE_BETWEEN: { readonly source: string; readonly target: string }
  readonly REMOVE_HEADER: { readonly header: string }
  readonly REMOVE_IDEMPOTENCY_KEY: { readonly node: string }
  readonly REMOVE_NAME: NoValues
  readonly REMOVE_RUN_TIMEOUT: NoValues
  readonly RENAME: { readonly name: string }
  readonly ROUTE_FAILURES: { readonly node: string }
  /** Sets a field of a retry policy. */
  readonly SET_FIELD: { readonly field: string; readonly value: string | number }
  readonly USE_DEFAULT: { readonly field: string }
  readonly USE_DEFAULT_QUEUE: NoValues
  readonly USE_INPUT: { readonly input: string }
  readonly USE_PORT: { readonly port: string }
  readonly USE_VERSION: { readonly node: string; readonly version: number }
  readonly WAIT_FOR: { readonly count: number }
  readonly WAIT_FOR_ALL: NoValues
}

/** Code of a fix of the validator; fixes of lint rules have the code of their rule. */
export type FixCode = keyof FixValues

type OwnCode = Exclude<FixCode, keyof ExpressionFixValues>

const TITLES: { readonly [Code in OwnCode]: (values: FixValues[Code]) => string } = {
  ADD_BRANCH: () => 'Add a branch',
  ADD_END: ({ type }) => `Add "${type}" as the next node`,
  ADD_TRIGGER: ({ type }) => `Add "${type}"`,
  CHANGE_VALUE: ({ value }) => `Change to ${value}`,
  CONNECT: ({ source, target }) => `Connect "${source}" to "${target}"`,
  CONNECT_TO_END: ({ end }) => `Connect to "${end}"`,
  EMPTY_PARAM: ({ param }) => `Leave "${param}" empty`,
  ENABLE_NODE: () => 'Enable',
  FAIL_RUN: () => 'Let the run fail',
  FAIL_RUN_INSTEAD: () => 'Let the run fail instead',
  MOVE_TO_TOP: ({ node }) => `Move ${node} to the top level`,
  REMOVE: ({ name }) => `Remove "${name}"`,
  REMOVE_COMPENSATION: () => 'Remove the compensation',
  REMOVE_EDGE: () => 'Remove the edge',
  REMOVE_EDGE_BETWEEN: ({ source, target }) => `Remove the edge from ${source} to ${target}`,
  REMOVE_HEADER: ({ header }) => `Remove the header "${header}"`,
  REMOVE_IDEMPOTENCY_KEY: ({ node }) => `Remove the key from ${node}`,
  REMOVE_NAME: () => 'Remove the name',
  REMOVE_RUN_TIMEOUT: () => 'Remove the run timeout',
  RENAME: ({ name }) => `Rename to "${name}"`,
  ROUTE_FAILURES: ({ node }) => `Send failures of ${node} there`,
  SET_FIELD: ({ field, value }) => `Set ${field} to ${value}`,
  USE_DEFAULT: ({ field }) => `Use the default ${field}`,
  USE_DEFAULT_QUEUE: () => 'Use the default queue',
  USE_INPUT: ({ input }) => `Use the input "${input}"`,
  USE_PORT: ({ port }) => `Use the port "${port}"`,
  USE_VERSION: ({ node, version }) => `Use version ${version} for ${node}`,
  WAIT_FOR: ({ count }) => `Wait for ${count}`,
  WAIT_FOR_ALL: () => 'Wait for all branches',
}

/** Creates a fix, with its title in English. */
export function issueFix<Code extends OwnCode>(
  code: Code,
  values: FixValues[Code],
  operations: readonly DocumentOperation[],
): IssueFix {
  return { code, values, title: TITLES[code](values), operations }
}
