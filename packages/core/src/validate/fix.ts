import type { DocumentOperation } from '../document/operation.ts'
import type { ExpressionFixValues } from '../expression/check/fix.ts'
import type { IssueFix } from './issue.ts'

type NoValues = Readonly<Record<string, never>>

/** Values in the titles of fixes, by code of the fix. Names are those that people see. */
export interface FixValues extends ExpressionFixValues {
  /** Adds a branch to a fork. */
  readonly ADD_BRANCH: NoValues
  /** Adds an end behind a node; `type` is the title of the node type. */
  readonly ADD_END: { readonly type: string }
  /** Adds the number of the iteration to a key. */
  readonly ADD_ITERATION: NoValues
  /** Adds a trigger; `type` is the title of the node type. */
  readonly ADD_TRIGGER: { readonly type: string }
  /** Replaces a param; `value` is JSON. */
  readonly CHANGE_VALUE: { readonly value: string }
  /** Adds an edge between two nodes, by their names. */
  readonly CONNECT: { readonly source: string; readonly target: string }
  /** Adds an edge to an end, by its name. */
  readonly CONNECT_TO_END: { readonly end: string }
  /** Clears a param, by its title. */
  readonly EMPTY_PARAM: { readonly param: string }
  /** Enables a disabled node. */
  readonly ENABLE_NODE: NoValues
  /** Lets a failure of the node end the run. */
  readonly FAIL_RUN: NoValues
  /** Moves a node, by its name, into a loop, by its name. */
  readonly MOVE_INTO: { readonly node: string; readonly loop: string }
  /** Moves a node, by its name, out of all loops. */
  readonly MOVE_TO_TOP: { readonly node: string }
  /** Lets a node, by its name, wait for a person after a failure. */
  readonly PARK_FAILURES: { readonly node: string }
  /** Removes a node or a param. */
  readonly REMOVE: { readonly name: string }
  /** Removes the compensation of a node. */
  readonly REMOVE_COMPENSATION: NoValues
  /** Removes an edge. */
  readonly REMOVE_EDGE: NoValues
  /** Removes the edge between two nodes, by their names. */
  readonly REMOVE_EDGE_BETWEEN: { readonly source: string; readonly target: string }
  /** Removes a header, by its name. */
  readonly REMOVE_HEADER: { readonly header: string }
  /** Removes the idempotency key of a node, by its name. */
  readonly REMOVE_IDEMPOTENCY_KEY: { readonly node: string }
  /** Removes the name of a node. */
  readonly REMOVE_NAME: NoValues
  /** Removes the run timeout. */
  readonly REMOVE_RUN_TIMEOUT: NoValues
  /** Renames a node or a port; `name` is the new name. */
  readonly RENAME: { readonly name: string }
  /** Sends failures of a node, by its name, to its error port. */
  readonly ROUTE_FAILURES: { readonly node: string }
  /** Sets a field of a retry policy. */
  readonly SET_FIELD: { readonly field: string; readonly value: string | number }
  /** Starts a run for merged requests only, and collects no items. */
  readonly STOP_COLLECTING: NoValues
  /** Puts a condition or a key, which is plain text, into braces. */
  readonly USE_AS_EXPRESSION: NoValues
  /** Sets a field of a policy to its default, by its label. */
  readonly USE_DEFAULT: { readonly field: string }
  /** Removes the task queue of a node. */
  readonly USE_DEFAULT_QUEUE: NoValues
  /** Moves an edge to another input, by its title. */
  readonly USE_INPUT: { readonly input: string }
  /** Moves an edge to another port, by its title. */
  readonly USE_PORT: { readonly port: string }
  /** Changes a node, by its name, to a version of its type. */
  readonly USE_VERSION: { readonly node: string; readonly version: number }
  /** Sets the number of branches that a join waits for. */
  readonly WAIT_FOR: { readonly count: number }
  /** Lets a join wait for all branches. */
  readonly WAIT_FOR_ALL: NoValues
}

/** Code of a fix of the validator; fixes of lint rules have the code of their rule. */
export type FixCode = keyof FixValues

type OwnCode = Exclude<FixCode, keyof ExpressionFixValues>

const TITLES: { readonly [Code in OwnCode]: (values: FixValues[Code]) => string } = {
  ADD_BRANCH: () => 'Add a branch',
  ADD_END: ({ type }) => `Add "${type}" as the next node`,
  ADD_ITERATION: () => 'Add the number of the iteration',
  ADD_TRIGGER: ({ type }) => `Add "${type}"`,
  CHANGE_VALUE: ({ value }) => `Change to ${value}`,
  CONNECT: ({ source, target }) => `Connect "${source}" to "${target}"`,
  CONNECT_TO_END: ({ end }) => `Connect to "${end}"`,
  EMPTY_PARAM: ({ param }) => `Leave "${param}" empty`,
  ENABLE_NODE: () => 'Enable',
  FAIL_RUN: () => 'Let the run fail',
  MOVE_INTO: ({ node, loop }) => `Move ${node} into ${loop}`,
  MOVE_TO_TOP: ({ node }) => `Move ${node} to the top level`,
  PARK_FAILURES: ({ node }) => `Let ${node} wait for a person`,
  REMOVE: ({ name }) => `Remove "${name}"`,
  REMOVE_COMPENSATION: () => 'Remove the compensation',
  REMOVE_EDGE: () => 'Remove the edge',
  REMOVE_EDGE_BETWEEN: ({ source, target }) => `Remove the edge from ${source} to ${target}`,
  REMOVE_HEADER: ({ header }) => `Remove the header "${header}"`,
  REMOVE_IDEMPOTENCY_KEY: ({ node }) => `Remove the key from ${node}`,
  REMOVE_NAME: () => 'Remove the name',
  REMOVE_RUN_TIMEOUT: () => 'Remove the run timeout',
  RENAME: ({ name }) => `Rename to "${name}"`,
  ROUTE_FAILURES: ({ node }) => `Send failures of ${node} to its port "error"`,
  SET_FIELD: ({ field, value }) => `Set ${field} to ${value}`,
  STOP_COLLECTING: () => 'Do not collect items',
  USE_AS_EXPRESSION: () => 'Use as expression',
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
