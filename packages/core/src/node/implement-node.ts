import { TenonError } from '../errors/index.ts'
import { isOptionObject } from '../options/option-checks.ts'
import type { CallsSuspension } from './calls.ts'
import type { NodeDefinition, NodeParams, NodeResult } from './definition.ts'
import type {
  ChildSuspension,
  InlineContext,
  LoopSuspension,
  NodeContext,
  NodeImplementation,
  Suspension,
} from './implementation.ts'
import type { Listen, Poll } from './poll.ts'

/**
 * Binds code to a definition: `run` gets resolved, checked params and returns a port with its output, or a suspension.
 * It throws every failure.
 *
 * A port that the definition lacks, or an output outside its schema, does not compile.
 *
 * @throws {@link TenonError} `NODE_DEFINITION_INVALID` without a definition or a function, and if the definition is `inline`: use
 * {@link implementInlineNode}.
 *
 * @example
 * ```ts
 * import { defineNode, implementNode } from '@tenon/core/node'
 * import { z } from 'zod'
 *
 * const lookup = defineNode({
 *   type: 'acme/lookup', version: 1, title: 'Look up', description: 'Find a customer by mail',
 *   icon: 'M4 12h16', category: 'data', effect: 'read', summary: 'Finds {email}',
 *   params: z.object({ email: z.email() }),
 *   ports: [{ name: 'success', title: 'Found' }],
 *   outputs: { success: z.object({ customer_id: z.string() }) },
 * })
 *
 * export const lookupNode = implementNode(lookup, async ({ params, http, abortSignal }) => {
 *   const response = await http.request(`https://crm.example/find?email=${params.email}`, { abortSignal })
 *   return { port: 'success', output: { customer_id: await response.text() } }
 * })
 * ```
 */
export function implementNode<Definition extends NodeDefinition>(
  definition: Definition,
  run: (context: NodeContext<NodeParams<Definition>>) => Promise<NodeResult<Definition> | Suspension | CallsSuspension>,
): NodeImplementation<NoInfer<Definition>> {
  checkHalves('implementNode', definition, run, 'run')
  if (definition.inline === true) throw wrongHalf(definition, 'is inline: bind it with implementInlineNode')
  return Object.freeze({ definition, run })
}

/**
 * Binds code to an `inline` definition: `evaluate` is synchronous, without I/O, clock or randomness, since
 * it runs within a commit and again whenever its input is read.
 *
 * @throws {@link TenonError} `NODE_DEFINITION_INVALID` without a definition or a function, and if the definition is not `inline`: use
 * {@link implementNode}.
 */
export function implementInlineNode<Definition extends NodeDefinition>(
  definition: Definition,
  evaluate: (
    params: NodeParams<Definition>,
    context: InlineContext,
  ) => NodeResult<Definition> | Suspension | LoopSuspension | ChildSuspension,
): NodeImplementation<NoInfer<Definition>> {
  checkHalves('implementInlineNode', definition, evaluate, 'evaluate')
  if (definition.inline !== true) throw wrongHalf(definition, 'is not inline: bind it with implementNode')
  return Object.freeze({ definition, evaluate })
}

/**
 * Binds a poll to a definition with `trigger: 'poll'`: the server calls it at the interval of the trigger, and starts a run
 * for each item that it finds. The data of the item is the output of the node.
 *
 * @param code - With `poll`, which asks the service for new items, and `listen` for a source that says when there are some.
 * @throws {@link TenonError} `NODE_DEFINITION_INVALID` without a definition or a function, and for a definition of another
 * kind.
 *
 * @see docs/guides/polls.md
 */
export function implementTrigger<Definition extends NodeDefinition>(
  definition: Definition,
  { poll, listen }: { readonly poll: Poll<NodeParams<Definition>>; readonly listen?: Listen },
): NodeImplementation<NoInfer<Definition>> & { readonly poll: Poll<NodeParams<Definition>> } {
  checkHalves('implementTrigger', definition, poll, 'poll')
  if (definition.inline !== true) throw wrongHalf(definition, 'is not inline, as each trigger must be')
  if (definition.trigger !== 'poll') {
    const { type } = definition
    const message = `Node type "${type}" is no trigger of the kind "poll"`
    throw new TenonError('NODE_DEFINITION_INVALID', message, { details: { type, field: 'trigger' } })
  }
  if (listen !== undefined) checkHalves('implementTrigger', definition, listen, 'listen')
  // The driver replaces this output by the item that has started the run.
  const evaluate = (): NodeResult<Definition> => ({ port: 'success', output: {} }) as NodeResult<Definition>
  return Object.freeze({ definition, evaluate, poll, ...(listen === undefined ? {} : { listen }) })
}

function checkHalves(
  binder: string,
  definition: unknown,
  code: unknown,
  field: 'run' | 'evaluate' | 'poll' | 'listen',
): void {
  const refusal = (type: string, at: string, remedy: string): TenonError =>
    new TenonError('NODE_DEFINITION_INVALID', `${binder}: ${remedy}`, { remedy, details: { type, field: at } })
  const type = isOptionObject(definition) ? definition['type'] : undefined
  if (typeof type !== 'string')
    throw refusal('', 'definition', 'the first argument must be the result of defineNode({ ... })')
  if (typeof code !== 'function')
    throw refusal(type, field, `the second argument must be the function ${field} of "${type}"`)
}

function wrongHalf({ type }: NodeDefinition, why: string): TenonError {
  return new TenonError('NODE_DEFINITION_INVALID', `Node type "${type}" ${why}`, { details: { type, field: 'inline' } })
}
