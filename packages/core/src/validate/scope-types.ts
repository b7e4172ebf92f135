import type { TemplateAnalysis, TemplateRead } from '../expression/analyze.ts'
import type { ScopeTypes } from '../expression/check/problem.ts'
import { nearest } from '../expression/suggest.ts'
import { typeOfSchema } from '../expression/types/schema-to-type.ts'
import { type StaticObject, type StaticProperty, type StaticType, UNKNOWN } from '../expression/types/static-type.ts'
import type { NodeId } from '../ids.ts'
import type { JsonSchema } from '../json.ts'
import type { FlowNode } from './flow-node.ts'
import type { Meter } from './meter.ts'
import { ATTEMPT_ERROR_SCHEMA, INDEX_SCHEMA, runSchema, type ScopeSource } from './scope-schema.ts'
import type { Readable } from './scopes.ts'
import type { SurveyedNode } from './survey.ts'

/** Names for which the one that was probably meant is sought; beyond them a problem comes without a suggestion. */
const MOST_SUGGESTIONS = 50
/** Candidates that are compared with a name. */
const MOST_CANDIDATES = 500

const ROOT_NAMES = ['input', 'trigger', 'nodes', 'vars', 'run'] as const
const ERROR_NAMES = ['error'] as const
const LOOP_NAMES = ['item', 'index', 'loop'] as const

const REST = { no: 'none', silent: 'undeclared', yes: () => UNKNOWN } as const satisfies Record<
  string,
  StaticObject['rest']
>

/** Creates the type of an object from those of its members. */
const objectOf = (properties: ReadonlyMap<string, StaticProperty>, rest: StaticObject['rest']): StaticType => [
  { kind: 'object', properties, rest },
]

/**
 * Creates a function that returns the types of the names that a template of a node may read. To save time, the types of
 * `input` and `nodes` have only the members that the template reads and those that a wrong name was probably meant for,
 * or one known member if `input` is read by unknown names only. Templates share the types of the same schema. With
 * `hasAttempt`, `error` is the failure of an attempt.
 */
export function createScopeTypes(
  { survey, scopes, vars, itemOf, roundOf }: ScopeSource,
  meter: Meter,
): (node: FlowNode, analysis: TemplateAnalysis, hasAttempt: boolean) => ScopeTypes {
  let suggestionsLeft = MOST_SUGGESTIONS
  const types = new Map<JsonSchema, StaticType>()
  const inputProperties = new Map<Readable, StaticProperty>()

  function typeOf(schema: JsonSchema): StaticType {
    const known = types.get(schema)
    if (known !== undefined) return known
    const type = typeOfSchema(schema)
    types.set(schema, type)
    return type
  }

  /** Returns the names that were probably meant by unknown names. */
  function meantBy(strangers: readonly string[], all: () => readonly string[]): readonly string[] {
    const sought = strangers.slice(0, suggestionsLeft)
    if (sought.length === 0) return []
    suggestionsLeft -= sought.length
    const known = all()
    meter.spend(sought.length * known.length)
    return sought.flatMap((name) => nearest(name, known) ?? [])
  }

  /** Returns the properties of a root that a template reads. */
  function propertiesOf(
    name: string,
    reads: readonly TemplateRead[],
    propertyOf: (key: string) => StaticProperty | undefined,
    all: () => readonly string[],
  ): ReadonlyMap<string, StaticProperty> {
    const properties = new Map<string, StaticProperty>()
    const strangers = new Set<string>()
    for (const { root, path } of reads) {
      const [first] = path
      if (root !== name || first === undefined) continue
      const key = String(first)
      const property = properties.get(key) ?? propertyOf(key)
      if (property === undefined) strangers.add(key)
      else properties.set(key, property)
    }
    for (const key of meantBy([...strangers], all)) properties.set(key, propertyOf(key) as StaticProperty)
    return properties
  }

  function inputProperty(node: FlowNode, key: string): StaticProperty | undefined {
    const readable = scopes.inputKey(node, key)
    if (readable === undefined) return undefined
    const known = inputProperties.get(readable)
    if (known !== undefined) return known
    const property = { type: () => typeOf(readable.schema), isRequired: readable.required }
    inputProperties.set(readable, property)
    return property
  }

  function inputType(node: FlowNode, reads: readonly TemplateRead[]): StaticType {
    const properties = propertiesOf(
      'input',
      reads,
      (key) => inputProperty(node, key),
      () => scopes.inputKeys(node, MOST_CANDIDATES),
    )
    const others = scopes.inputOthers(node)
    const hasStrangers = properties.size === 0 && reads.some(({ root, path }) => root === 'input' && path.length > 0)
    if (others !== 'silent' || !hasStrangers) return objectOf(properties, REST[others])
    // A type without properties accepts every key, so one property shows that the schema declares keys.
    const known = scopes.someInputKey(node)
    const property = known === undefined ? undefined : inputProperty(node, known)
    return objectOf(property === undefined ? properties : new Map([[known as string, property]]), REST[others])
  }

  function outputProperty(node: FlowNode, id: NodeId): StaticProperty | undefined {
    const output = scopes.output(node, id)
    if (output === undefined) return undefined
    const { name } = survey.byId.get(id) as SurveyedNode
    const type = () => objectOf(new Map([['output', { type: () => typeOf(output.schema), isRequired: true }]]), 'none')
    return { type, isRequired: output.required, title: name }
  }

  function nodesType(node: FlowNode, reads: readonly TemplateRead[]): StaticType {
    const properties = propertiesOf(
      'nodes',
      reads,
      (id) => outputProperty(node, id),
      () => scopes.outputs(node, MOST_CANDIDATES),
    )
    return objectOf(properties, 'none')
  }

  function rootType(node: FlowNode, name: string, reads: readonly TemplateRead[]): StaticType | undefined {
    switch (name) {
      case 'input':
        return inputType(node, reads)
      case 'nodes':
        return nodesType(node, reads)
      case 'trigger':
        return typeOf(scopes.trigger(node))
      case 'vars':
        return typeOf(vars)
      case 'run':
        return typeOf(runSchema(survey, node))
      case 'error': {
        const error = scopes.error(node)
        return error === undefined ? undefined : typeOf(error.schema)
      }
      case 'item': {
        const loop = scopes.listAround(node)
        const item = loop && itemOf(loop)
        return item === undefined ? undefined : typeOf(item)
      }
      case 'index':
        return scopes.listAround(node) === undefined ? undefined : typeOf(INDEX_SCHEMA)
      case 'loop': {
        const loop = scopes.loopAt(node)
        return loop === undefined ? undefined : typeOf(roundOf(loop, node))
      }
      default:
        return undefined
    }
  }

  return (node, { reads }, hasAttempt) => {
    const names: string[] = []
    const rootTypes: (StaticType | undefined)[] = []
    const root = (name: string): StaticType | undefined => {
      const known = names.indexOf(name)
      if (known !== -1) return rootTypes[known]
      const type = hasAttempt && name === 'error' ? typeOf(ATTEMPT_ERROR_SCHEMA) : rootType(node, name, reads)
      names.push(name)
      rootTypes.push(type)
      return type
    }
    const hasError = reads.some((read) => read.root === 'error') && root('error') !== undefined
    const isInLoop = scopes.listAround(node) !== undefined
    const rootNames = !(hasError || isInLoop)
      ? ROOT_NAMES
      : [...ROOT_NAMES, ...(hasError ? ERROR_NAMES : []), ...(isInLoop ? LOOP_NAMES : [])]
    return { root, rootNames }
  }
}
