import { humanize, type Json, jsonEqual, type NodeId, type NodePolicy, type WorkflowNode } from '@tenon/core/document'
import type { ManifestIndex } from '../manifest/manifest-index.ts'
import { fieldsOf, type ParamField, resolveSchema } from '../manifest/param-field.ts'
import type { MessageKey } from '../messages/en/index.ts'
import type { Translate } from '../messages/format.ts'
import { isSameParam } from './compare-documents.ts'
import { SETTING_LABELS, type ValueWords, valueTexts } from './value-text.ts'

/** One field of a node in two documents, in words; `null` where it has no value. */
export interface FieldDifference {
  /** Unique among the fields of a node, such as `params.url` or `policy.timeout`; two labels may be equal. */
  readonly key: string
  readonly label: string
  readonly before: string | null
  readonly after: string | null
  /** True if runs evaluate expressions in the values; in names, notes and fixed params they are plain text. */
  readonly hasTemplates: boolean
}

interface DifferenceOptions {
  readonly manifest: ManifestIndex
  readonly t: Translate
  readonly locale: string
  /** Returns the name of a node, for the container of a node. */
  readonly nameOf: (nodeId: NodeId) => string
}

const POLICY_LABELS: Readonly<Partial<Record<keyof NodePolicy, MessageKey>>> = {
  onError: 'policy.onError',
  timeout: 'policy.timeout',
  join: 'policy.join',
  skipIf: 'policy.skipIf',
}

/**
 * Lists the fields in which two states of a node differ: name, type, container, params in the order of the form,
 * policy, notes. Other orders of keys in params count. Empty for nodes that `compareDocuments` regards as equal, and
 * only for them.
 */
export function fieldDifferences(
  before: WorkflowNode,
  after: WorkflowNode,
  { manifest, t, locale, nameOf }: DifferenceOptions,
): readonly FieldDifference[] {
  const found: FieldDifference[] = []
  const add = (
    key: string,
    label: string,
    old: Json | undefined,
    next: Json | undefined,
    { hasTemplates = false, ...words }: Partial<ValueWords & Pick<FieldDifference, 'hasTemplates'>> = {},
  ) => {
    found.push({ key, label, ...valueTexts(old, next, { t, locale, ...words }), hasTemplates })
  }
  const addIfChanged = (...field: Parameters<typeof add>) => {
    const [, , old, next] = field
    if (!jsonEqual(old, next)) add(...field)
  }
  const typeOf = (node: WorkflowNode) => {
    const type = manifest.entryOf(node)?.title ?? node.type
    return t('inspector.version', { type, version: node.typeVersion })
  }
  const containerOf = ({ parentId }: WorkflowNode) => (parentId === undefined ? undefined : nameOf(parentId))
  addIfChanged('name', t('inspector.name'), before.name, after.name)
  if (before.type !== after.type || before.typeVersion !== after.typeVersion) {
    add('type', t('versions.type'), typeOf(before), typeOf(after))
  }
  if (before.parentId !== after.parentId) {
    add('parentId', t('versions.container'), containerOf(before), containerOf(after))
  }
  const fields = fieldsOfBoth(before, after, manifest)
  for (const name of new Set([...fields.keys(), ...Object.keys(before.params), ...Object.keys(after.params)])) {
    if (isSameParam(name, before, after)) continue
    const { title = humanize(name), schemas } = fields.get(name) ?? {}
    const words = schemas === undefined ? {} : { schemas }
    const hasTemplates = schemas?.own.literal !== true
    add(`params.${name}`, title, before.params[name], after.params[name], { ...words, hasTemplates })
  }
  const [old, next]: readonly Readonly<Record<string, unknown>>[] = [{ ...before.policy }, { ...after.policy }]
  for (const name of new Set([...Object.keys(old ?? {}), ...Object.keys(next ?? {})])) {
    const key = POLICY_LABELS[name as keyof NodePolicy]
    const label = key === undefined ? humanize(name) : t(key)
    const words = { ...SETTING_LABELS, hasTemplates: true }
    addIfChanged(`policy.${name}`, label, old?.[name] as Json, next?.[name] as Json, words)
  }
  addIfChanged('disabled', t('versions.disabled'), before.disabled, after.disabled)
  addIfChanged('locked', t('versions.locked'), before.locked, after.locked)
  addIfChanged('notes', t('inspector.notes'), before.notes, after.notes)
  return found
}

type LabeledField = Pick<ParamField, 'title'> & Required<Pick<ValueWords, 'schemas'>>

function fieldsOfBoth(
  before: WorkflowNode,
  after: WorkflowNode,
  manifest: ManifestIndex,
): ReadonlyMap<string, LabeledField> {
  const fields = [before, after].flatMap((node) => {
    const root = manifest.entryOf(node)?.params
    if (root === undefined) return []
    return fieldsOf(root, resolveSchema(root, root)).map(({ name, title, schema }) => {
      return [name, { title, schemas: { root, own: schema } }] as const
    })
  })
  return new Map(fields)
}
