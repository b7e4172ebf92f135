import { TenonError } from '../errors/index.ts'
import type { NodeDefinition, NodeParams, NodeResult } from './definition.ts'
import type { InlineContext, NodeContext, NodeImplementation, Suspension } from './implementation.ts'

/**
 * Binds code to a definition: `run` gets resolved, checked params and returns a port with its output,
 * or a suspension. Every failure is thrown.
 *
 * A port that the definition does not have, or an output outside its schema, does not compile.
 *
 * @throws {@link TenonError} `NODE_DEFINITION_INVALID` if the definition is `inline`: use
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
  run: (context: NodeContext<NodeParams<Definition>>) => Promise<NodeResult<Definition> | Suspension>,
): NodeImplementation<NoInfer<Definition>> {
  if (definition.inline === true) throw wrongHalf(definition, 'is inline: bind it with implementInlineNode')
  return Object.freeze({ definition, run })
}

/**
 * Binds code to an `inline` definition: `evaluate` is synchronous, without I/O, clock or randomness, since
 * it runs within a commit and again whenever its input is read.
 *
 * @throws {@link TenonError} `NODE_DEFINITION_INVALID` if the definition is not `inline`: use
 * {@link implementNode}.
 */
export function implementInlineNode<Definition extends NodeDefinition>(
  definition: Definition,
  evaluate: (params: NodeParams<Definition>, context: InlineContext) => NodeResult<Definition> | Suspension,
): NodeImplementation<NoInfer<Definition>> {
  if (definition.inline !== true) throw wrongHalf(definition, 'is not inline: bind it with implementNode')
  return Object.freeze({ definition, evaluate })
}

function wrongHalf({ type }: NodeDefinition, why: string): TenonError {
  return new TenonError('NODE_DEFINITION_INVALID', `Node type "${type}" ${why}`, { details: { type, place: 'inline' } })
}
