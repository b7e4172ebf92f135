import type { z } from 'zod'
import type { NodePolicy } from '../document/types.ts'
import type { SinkName } from '../evaluate/sinks/sink.ts'
import type { JsonSchema } from '../json.ts'
import type { NodeTypeRef } from './calls.ts'
import type { ModelUsage } from './language-model.ts'
import type { TriggerKind } from './trigger-params.ts'

/** Groups of the palette, in display order. */
export const NODE_CATEGORIES = ['trigger', 'ai', 'flow', 'people', 'data', 'action'] as const
/** One of {@link NODE_CATEGORIES}. */
export type NodeCategory = (typeof NODE_CATEGORIES)[number]

/**
 * Kinds of nodes with built-in behavior in the machine. The list is closed, since each has semantics of its own.
 *
 * A `loop` runs the nodes inside it again and again. For the types of expressions, its param `items`, if it has one, is
 * the list whose items the nodes inside read. Of its output, the field `results` lists the results of all iterations in
 * the order of the list, with null for failed ones if its param `onFailure` is `collect`, and `last` is the result of
 * the last iteration.
 *
 * A `continue` ends the iteration of the innermost loop around it, and a `break` also that loop. The param `result` of
 * both, if it is set, is the result of the iteration.
 *
 * A `child` starts a run of the workflow whose id is its literal param `workflow`, with the value of its param `input`.
 * A version that is published contains the version of that workflow that its runs start.
 *
 * An `event` waits for an event by name and key, a `callback` for a request to its own URL, which the nodes before it
 * read as `run.callbackUrls`.
 *
 * A `respond` node has the answer of the run in the field `response` of its output: the caller that waits for the run
 * gets the first one, and the run continues.
 */
export const CONTROL_KINDS = [
  'trigger',
  'end',
  'fork',
  'join',
  'delay',
  'approval',
  'loop',
  'scope',
  'break',
  'continue',
  'child',
  'event',
  'callback',
  'respond',
] as const
/** One of {@link CONTROL_KINDS}. */
export type ControlKind = (typeof CONTROL_KINDS)[number]

/** Checks whether nodes can be inside a node: a loop, or a scope, which runs them once. */
export function isContainer(control: ControlKind | null | undefined): boolean {
  return control === 'loop' || control === 'scope'
}

/** Checks whether a node ends an iteration of the loop around it. */
export function leavesIteration(control: ControlKind | null | undefined): control is 'break' | 'continue' {
  return control === 'break' || control === 'continue'
}

/** Checks whether a node has an output, but no ports: no edge leaves it. */
export function isFinal(control: ControlKind | null | undefined): boolean {
  return control === 'end' || leavesIteration(control)
}

/** Effect of a node on other systems: `none` computes, `read` may be repeated freely, `write` must not be. */
export type NodeEffect = 'none' | 'read' | 'write'

/** A port that every node of a type has. */
export interface PortDefinition {
  /** `^[a-z][A-Za-z0-9_-]*$`, never `error`, which every node has by its policy. */
  readonly name: string
  /** Label that the editor shows at the port. */
  readonly title: string
  /** Sentence that explains when a run leaves by the port. */
  readonly description?: string
}

/** Ports that depend on params, as data: one port for each item of the list at `each`. */
export interface PortsFromParam {
  /** Path of a list in the params: `params.cases`. */
  readonly each: `params.${string}`
  /** Field of an item that names the port. */
  readonly id: string
  /** Field of an item that titles the port. */
  readonly title: string
}

/** An input of a node, at which edges arrive. */
export interface InputDefinition {
  /** Handle that edges point to in `targetHandle`: `^[a-z][A-Za-z0-9_-]*$`, unique within the node type. */
  readonly name: string
  /** Label that the editor shows beside the input. */
  readonly title?: string
  /** Edges that may arrive at the input. @defaultValue no limit */
  readonly maxEdges?: 1
}

/**
 * An output that a param describes: the param is a JSON Schema. With `as: 'values'` it is an object whose resolved
 * values are the output itself, so that the templates define its fields and their types. With `as: 'list'` it is a list,
 * and the output has items of the same type: `{ items, count }`. With `as: 'event'` it is a JSON Schema of the data of an
 * event, and the output is the event with its data. With `as: 'rows'` it is a chosen data table, and the output has rows
 * of its columns: `{ rows, row, count }` and what else the node adds.
 */
export interface OutputFromParam {
  /** Name of the param that describes the output. */
  readonly fromParam: string
  /**
   * Meaning of the param: a JSON Schema, an object with the values themselves, a list from which the items of the
   * output come, a JSON Schema of the data of an event, or a data table. @defaultValue 'schema'
   */
  readonly as?: 'schema' | 'values' | 'list' | 'event' | 'rows'
}

/** Schema of the output of a port: fixed, or described by a param. */
export type OutputSchema = z.ZodType | OutputFromParam

/**
 * A rule beyond the params schema, as data: a problem is reported if the expression over `params` (literals only) gives
 * `true`.
 */
export interface LintRule {
  /** Code of the reported problem. */
  readonly code: string
  /** Effect of the problem; an error prevents publishing. */
  readonly severity: 'error' | 'warning'
  /** An expression over `params` that is `true` for a fault. */
  readonly when: string
  /** Sentence for the person who edits the node. */
  readonly message: string
  /** Param that the problem refers to. */
  readonly field?: string
  /** Fix of the param in `field`, if exactly one value is right. @defaultValue none: the author decides */
  readonly fix?: LintFix
}

/** Fix of a lint rule: another value for its field. */
export interface LintFix {
  /** Label of the button; `{value}` is replaced by the new value: `Set to {value}`. */
  readonly title: string
  /** Expression over `params` that gives the new value. Without a value, no fix is offered. */
  readonly value: string
}

/**
 * Definition of a node type, as data that the browser can use; the editor builds its UI from it.
 *
 * `outputs` has one entry per port; the key `*` covers every port that comes from params.
 */
export interface NodeDefinition<
  Params extends z.ZodObject = z.ZodObject,
  Outputs extends Readonly<Record<string, OutputSchema>> = Readonly<Record<string, OutputSchema>>,
> {
  /** Identifier of the node type in documents: kebab-case, with an optional vendor as in `acme/greet`. */
  readonly type: string
  /** Version of the type, an integer from 1. Increase it when stored params or outputs no longer fit. */
  readonly version: number
  /** Name in the palette and the default name of a new node; 1 to 60 characters. */
  readonly title: string
  /** Four words for the palette. */
  readonly description: string
  /** SVG path data on a 24 × 24 grid, drawn as 1.75 px strokes. Never markup. */
  readonly icon: string
  /** Group of the palette that lists the node. */
  readonly category: NodeCategory
  /** Schema of the params; the editor builds the form from it, so it must have a JSON Schema form. */
  readonly params: Params
  /** Exits of the node in display order, without `error`: fixed ones, or one for each item of a list param. */
  readonly ports: readonly (PortDefinition | PortsFromParam)[]
  /** Inputs at which edges arrive. @defaultValue one input `in`; triggers have none */
  readonly inputs?: readonly InputDefinition[]
  /** Schemas of the outputs by port name; `*` covers the ports that come from params. */
  readonly outputs: Outputs
  /** One sentence for the card with `{param}` placeholders: `"{method} {url}"`. */
  readonly summary: string
  /** Effect on other systems, which decides if an attempt with an unknown result may be repeated. */
  readonly effect: NodeEffect
  /**
   * For `effect: 'write'`: an expression over `params` (literals only) that gives `true` if a repeated attempt does no
   * harm, because nothing is changed or the service honors `ctx.idempotencyKey`. Otherwise an attempt that may have
   * reached the service (a timeout, a lost worker or connection, an unknown error) is not repeated.
   *
   * @defaultValue writes are not repeated
   */
  readonly idempotentWhen?: string
  /** Executed by `evaluate` within the commit: synchronous, without I/O. */
  readonly inline?: true
  /** Behavior that the machine itself provides, such as a fork or an approval. @defaultValue none */
  readonly control?: ControlKind
  /**
   * For `control: 'trigger'`: the way in which the server starts runs at the node. The params include those of
   * `TRIGGER_PARAMS`.
   *
   * @defaultValue runs start by hand or by the API
   */
  readonly trigger?: TriggerKind
  /** Default policy of the type; each field that a node sets in its document overrides it. */
  readonly policy?: NodePolicy
  /** Name and description of the node as a tool of agents. @defaultValue not a tool */
  readonly tool?: {
    /** Name that the model calls the tool by, such as `http_call`. */
    readonly name: string
    /** Sentence from which the model decides when to call the tool. */
    readonly description: string
  }
  /**
   * Node types that the node may call, each in one version: registered ones with `run`, without `control`, secret params
   * and ports from params, and those with `control: 'child'`, which run other workflows. Only workers with all of them
   * execute the node.
   *
   * A published version contains the workflows that its nodes may run: those that literal params with the control
   * `workflow` name. A call of any other workflow fails.
   *
   * @defaultValue none
   */
  readonly calls?: readonly NodeTypeRef[]
  /**
   * Name of a param with the schema {@link toolsParam}: the node may also call the node types that its author names there,
   * each with the params and the connection that the author has fixed.
   *
   * @defaultValue none
   */
  readonly callsFrom?: string
  /** Checks beyond the params schema, reported by validation. @defaultValue none */
  readonly lint?: readonly LintRule[]
}

/** The ports that `run` may return, each with its output. */
export type NodeResult<Definition extends NodeDefinition> = {
  [Port in keyof Definition['outputs'] & string]: {
    readonly port: Port extends '*' ? string : Port
    readonly output: Definition['outputs'][Port] extends z.ZodType
      ? z.input<Definition['outputs'][Port]>
      : Readonly<Record<string, unknown>>
    /** Use of language models, recorded in the run log. */
    readonly usage?: ModelUsage
  }
}[keyof Definition['outputs'] & string]

/** Params of an implementation: templates resolved, defaults filled in. */
export type NodeParams<Definition extends NodeDefinition> = z.output<Definition['params']>

/** Node type as the editor and the validator get it: the definition with its schemas as JSON Schema. */
export interface NodeManifestEntry {
  /** Identifier of the node type: kebab-case, with an optional vendor as in `acme/greet`. */
  readonly type: string
  /** Version of the type, an integer from 1. */
  readonly version: number
  /** Name in the palette; 1 to 60 characters. */
  readonly title: string
  /** Short text in the palette; 1 to 80 characters. */
  readonly description: string
  /** SVG path data on a 24 × 24 grid. */
  readonly icon: string
  /** Group of the palette that lists the node. */
  readonly category: NodeCategory
  /** Schema of the params; `.meta({ control, ... })` of each field is beside its schema keywords. */
  readonly params: JsonSchema
  /** Exits of the node in display order, without `error`. */
  readonly ports: readonly (PortDefinition | PortsFromParam)[]
  /** Inputs at which edges arrive, with the default filled in; empty for triggers. */
  readonly inputs: readonly InputDefinition[]
  /** Schemas of the outputs by port name; `*` covers the ports that come from params. */
  readonly outputs: Readonly<Record<string, JsonSchema | OutputFromParam>>
  /** Sentence for the card with `{param}` placeholders. */
  readonly summary: string
  /** Effect on other systems, which decides if an attempt with an unknown result may be repeated. */
  readonly effect: NodeEffect
  /** Expression over `params` that is `true` if a repeated write does no harm. */
  readonly idempotentWhen?: string
  /** `true` if the node is computed within the commit, without attempts of its own. */
  readonly inline: boolean
  /** Behavior that the machine itself provides, such as a fork or an approval. */
  readonly control?: ControlKind
  /** For a trigger: the way in which the server starts runs at the node; absent if they start by hand or by the API. */
  readonly trigger?: TriggerKind
  /** Default policy of the type. */
  readonly policy?: NodePolicy
  /** Name and description for agents that call the node as a tool. */
  readonly tool?: { readonly name: string; readonly description: string }
  /** Node types that the node may call. */
  readonly calls?: readonly NodeTypeRef[]
  /** Name of the param that lists further node types that the node may call, as tools. */
  readonly callsFrom?: string
  /** Checks beyond the params schema, reported by validation. */
  readonly lint?: readonly LintRule[]
}

/** Node types of a server, sorted by type and version; the hash changes with any of them. */
export interface NodeManifest {
  /** SHA-256 over the entries, as a cache key. */
  readonly hash: string
  /** Entries of all node types and versions. */
  readonly nodes: readonly NodeManifestEntry[]
}

/** Controls that the editor can draw for a param; hosts add more by the editor's `controls` prop. */
export const CONTROL_NAMES = [
  'text',
  'prompt',
  'code',
  'expression',
  'number',
  'switch',
  'select',
  'duration',
  'json-schema',
  'key-value',
  'cases',
  'people',
  'password',
  'workflow',
  'workflow-input',
  'connection',
  'lookup',
  'time-zone',
  'data-table',
  'data-column',
  'data-values',
  'tools',
] as const
/** One of {@link CONTROL_NAMES}: the form control that the editor shows for a param. */
export type ControlName = (typeof CONTROL_NAMES)[number]

/** Fields of `.meta()` of a param that the editor reads. */
export interface ParamMeta {
  /** Label of the field. @defaultValue the name of the param in words */
  readonly title?: string
  /** Help text below the field. */
  readonly description?: string
  /**
   * Control that draws the field: a built-in one or one from the `controls` prop.
   *
   * @defaultValue chosen by the schema
   */
  readonly control?: ControlName | (string & {})
  /**
   * Titles of the values that a param may have, by value: `{ jwt: 'JWT' }`.
   *
   * @defaultValue the values in words
   */
  readonly titles?: Readonly<Record<string, string>>
  /** Condition of display: the named param has one of the values. */
  readonly dependsOn?: { readonly param: string; readonly in: readonly (string | number | boolean)[] }
  /**
   * Text in the empty field: the meaning of an empty value (`'No limit'`), or an example. An empty duration offers the
   * unit of its example (`'30s'`), or of the first one in `examples` of the schema.
   */
  readonly placeholder?: string
  /**
   * The value is write-only: stored encrypted, never returned, and given to `run` alone. For a `z.string()` that is a
   * param itself, without default, of a node that is not inline.
   */
  readonly secret?: boolean
  /** The param takes a literal only, never a template. */
  readonly literal?: boolean
  /**
   * Connections that a param with the control `connection` may name: those to services by HTTP (`http`), to AWS (`aws`), to Postgres
   * databases (`postgres`), to mail servers (`smtp`), or those of the connector with this id.
   *
   * @defaultValue all
   */
  readonly connectsTo?: 'http' | 'aws' | 'postgres' | 'smtp' | (string & {})
  /** For the control `lookup`: the lookup of the connector, by which people choose a thing at the service. */
  readonly lookup?: string
  /**
   * Units that the control `duration` offers.
   *
   * @defaultValue all
   */
  readonly units?: readonly ('ms' | 's' | 'm' | 'h' | 'd')[]
  /**
   * Condition under which templates of the param are evaluated from the second pass of the node on, such as after the
   * first iteration of a loop: the named param has one of the values. The param is optional, and absent in the first
   * pass. After a break, when a loop only gets its results, late params are absent whatever the condition.
   */
  readonly late?: { readonly param: string; readonly in: readonly (string | number | boolean)[] }
  /**
   * Language of a text param, for which values of templates are encoded. `fromParam` names another, literal param that
   * contains the name, or a value for which `names` has it; any other one means plain text.
   */
  readonly sink?: SinkName | { readonly fromParam: string; readonly names?: Readonly<Record<string, SinkName>> }
  /**
   * The value is compared with that of `param`, a param of the node, with the operator in the param `operator` beside
   * this one: validation reports types that cannot be compared.
   */
  readonly comparesWith?: { readonly param: string; readonly operator: string }
  /** The text is one expression without braces, which reads this root only, such as `trigger`: validation reports others. */
  readonly expressionOver?: string
  /**
   * The text is a statement of SQL that reads values by `:name` from the param with this name: validation reports names
   * without a value, and values that the statement does not read.
   */
  readonly valuesIn?: string
}
